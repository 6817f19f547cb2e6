// Browsers hold back the WebSockets of a page whose tries have failed; after a minute Chromium does so for seconds.
import { after, before, test } from "node:test";
import { startBrowser } from "./browser.mjs";
import { accountOf, killAtWork, lastConnection, mine, mineAgain } from "./mining-tab.mjs";
import { startPool } from "./pool.mjs";
import { SITE, startProxyAt } from "./proxy.mjs";
import { freePort } from "./server-process.mjs";

const AWAY_MS = 90_000;

let browser;

before(async () => {
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
});

test("a proxy that is away for a minute and a half: the tab mines again within ten seconds of its return", async () => {
  const [poolPort, proxyPort] = [await freePort(), await freePort()];
  const startProxy = () => startProxyAt(proxyPort, "--pool", `solo=127.0.0.1:${poolPort}`, "--site", SITE);
  let proxy = await startProxy();
  const pool = await startPool(poolPort);
  const tab = await mine(browser, proxy.url);
  await killAtWork(proxy, tab);
  const connection = lastConnection(tab);
  await new Promise((resolve) => setTimeout(resolve, AWAY_MS));
  proxy = await startProxy();
  await mineAgain(tab, connection);
  await accountOf(tab);
  await tab.close();
  await proxy.stop();
  await pool.stop();
});
