// What most tests need: one proxy with its development pool and the built page, and one browser, for all tests of a file.
import { after, before } from "node:test";
import { startBrowser } from "./browser.mjs";
import { SITE, startProxy } from "./proxy.mjs";

/** Sets the stage before the file's first test and clears it after the last; its parts are there from the first test on. */
export function stage() {
  const parts = { proxy: undefined, browser: undefined };
  before(async () => {
    parts.proxy = await startProxy("--dev", "--site", SITE);
    parts.browser = await startBrowser();
  });
  after(async () => {
    await parts.browser?.close();
    await parts.proxy?.stop();
  });
  return parts;
}
