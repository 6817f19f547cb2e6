import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBrowser, submits } from "./browser.mjs";
import { accepted, accountOf, killAtWork, lastConnection, mine, mineAgain } from "./mining-tab.mjs";
import { acceptedBy, startPool } from "./pool.mjs";
import { SITE, startProxyAt } from "./proxy.mjs";
import { freePort } from "./server-process.mjs";

/** Time for some tries in vain. */
const AWAY_MS = 2000;

let browser;
let ports;

before(async () => {
  browser = await startBrowser();
  ports = { pool: await freePort(), proxy: await freePort() };
});
after(async () => {
  await browser?.close();
});

const away = () => new Promise((resolve) => setTimeout(resolve, AWAY_MS));
const startProxy = () => startProxyAt(ports.proxy, "--pool", `solo=127.0.0.1:${ports.pool}`, "--site", SITE);

/** Holds a pool's own count against the submits of a tab: those without an answer it may have counted, or not. */
function agree(counted, sent) {
  const good = sent.filter((submit) => submit.accepted === true).length;
  const open = sent.filter((submit) => submit.accepted === undefined).length;
  assert.ok(
    counted >= good && counted <= good + open,
    `the pool counts ${counted}; the tab ${good}, and ${open} without an answer`,
  );
}

for (const dialect of ["solo", "miningcore"]) {
  test(`a ${dialect} pool that is killed in the middle of mining: the tab mines again, and every share is counted once`, async () => {
    const proxy = await startProxy();
    let pool = await startPool(ports.pool, dialect);
    const tab = await mine(browser, proxy.url);
    await killAtWork(pool, tab);
    const connection = lastConnection(tab);
    await away();
    pool = await startPool(ports.pool, dialect);
    await mineAgain(tab, connection);
    const { unanswered } = await accountOf(tab);
    assert.ok(unanswered > 0, "a share was on its way to the pool that was killed");
    assert.match(await tab.page.locator("#log").textContent(), /was not answered by the pool/);
    await tab.close();
    agree(
      acceptedBy(await pool.stop()),
      submits(tab.frames).filter((submit) => submit.connection > connection),
    );
    await proxy.stop();
  });
}

test("a proxy that is killed in the middle of mining: the tab mines again, and every share is counted once", async () => {
  let proxy = await startProxy();
  const pool = await startPool(ports.pool);
  const tab = await mine(browser, proxy.url);
  await killAtWork(proxy, tab);
  const connection = lastConnection(tab);
  await away();
  proxy = await startProxy();
  await mineAgain(tab, connection);
  const { unanswered } = await accountOf(tab);
  assert.ok(unanswered > 0, "a share was on its way to the proxy that was killed");
  await tab.close();
  await proxy.stop();
  assert.ok(accepted(tab.frames).length >= 6);
  agree(acceptedBy(await pool.stop()), submits(tab.frames));
});
