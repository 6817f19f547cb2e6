import type { MinerSettings } from "./useMiner.js";

/**
 * Yours to change. `pool` is an address of your stratum-proxy, such as "wss://pool.example/pool/main" (then name it under
 * connect-src in public/_headers too); this one is on the page's own server. `account` gets what is mined: 0xa0 and 62
 * hex digits. This one is nobody's.
 */
export const SETTINGS: MinerSettings = {
  pool: `${location.origin.replace(/^http/, "ws")}/pool/local`,
  account: "0xa000000000000000000000000000000000000000000000000000000000000000",
};

/** Whose account that is, in words that visitors understand. */
export const OWNER = "Example Library";
