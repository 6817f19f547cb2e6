import { isMobile } from "../device.js";
import { MinerError } from "../miner-error.js";

/** Throws `mobile-device` on a phone or a tablet, as far as the browser tells. */
export function checkMobile(): void {
  if (isMobile())
    throw new MinerError(
      "mobile-device",
      "this is a phone or a tablet: policies.allowMobile lets mining start here, on one thread where nothing else is asked",
    );
}
