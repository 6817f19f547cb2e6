import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startBrowser, submits, until } from "./browser.mjs";
import { accepted, accountOf, mine } from "./mining-tab.mjs";
import { acceptedBy, startPool } from "./pool.mjs";
import { SITE, startProxy } from "./proxy.mjs";
import { freePort } from "./server-process.mjs";

let browser, folder;

before(async () => {
  browser = await startBrowser();
  folder = await mkdtemp(join(tmpdir(), "aion-shared-"));
});
after(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

for (const dialect of ["solo", "miningcore"]) {
  test(`two tabs mine over one verified connection to a ${dialect} pool, and all count the same`, async () => {
    const [port, statusPort, metricsPort] = [await freePort(), await freePort(), await freePort()];
    const pool = await startPool(port, dialect, "--status", `127.0.0.1:${statusPort}`);
    const settings = join(folder, `${dialect}.toml`);
    await writeFile(
      settings,
      `
      [site]
      folder = ${JSON.stringify(SITE)}
      [metrics]
      listen = "127.0.0.1:${metricsPort}"
      [[pool]]
      name = "own"
      addresses = ["127.0.0.1:${port}"]
      share_connections = true
      verify_shares = true
      `,
    );
    const proxy = await startProxy("--config", settings);
    const tabs = [await mine(browser, proxy.url), await mine(browser, proxy.url)];
    const status = async () => (await fetch(`http://127.0.0.1:${statusPort}/status.json`)).json();
    assert.equal((await status()).connections, 1, "the pool sees one miner");

    const nonces = tabs.flatMap(({ frames }) => {
      const subscribed = frames.find(({ from, text }) => from === "pool" && /"result":\[/.test(text));
      const [, extraNonce1] = JSON.parse(subscribed.text).result;
      return submits(frames).map(({ params }) => extraNonce1 + params[3]);
    });
    assert.ok(nonces.every((nonce) => nonce.length === 64));
    assert.equal(new Set(nonces).size, nonces.length, "no nonce is tried by both");

    for (const tab of tabs) assert.equal((await accountOf(tab)).rejected, 0);
    for (const tab of tabs) await tab.close();
    await until(
      "the connection is given up when nobody uses it",
      async () => (await status()).connections === 0,
    );
    const { counts } = await status();
    const sum = (count) => tabs.reduce((total, { frames }) => total + count(frames), 0);
    const good = sum((frames) => accepted(frames).length);
    const open = sum((frames) => submits(frames).filter((submit) => submit.accepted === undefined).length);
    assert.ok(counts.accepted >= good && counts.accepted <= good + open, `${good} to ${good + open}`);
    const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    const judged = Number(
      /^stratum_proxy_shares_judged_total\{[^}]*accepted[^}]*\} (\d+)$/m.exec(metrics)?.[1],
    );
    assert.equal(judged, counts.accepted, "the proxy counts what the pool said");
    await proxy.stop();
    assert.equal(acceptedBy(await pool.stop()), counts.accepted);
  });
}
