import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBrowser, submits, until } from "./browser.mjs";
import { accountOf, mine } from "./mining-tab.mjs";
import { acceptedBy, startPool } from "./pool.mjs";
import { SITE, startProxy } from "./proxy.mjs";
import { freePort } from "./server-process.mjs";

let browser;

before(async () => {
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
});

for (const [dialect, extraNonce1Bytes, methods] of [
  ["solo", 8, ["mining.notify"]],
  ["miningcore", 2, ["mining.notify", "mining.set_target"]],
]) {
  test(`a tab mines at the pool in the ${dialect} dialect, and both count the same shares`, async () => {
    const [port, statusPort] = [await freePort(), await freePort()];
    const pool = await startPool(port, dialect, "--status", `127.0.0.1:${statusPort}`);
    const proxy = await startProxy("--pool", `own=127.0.0.1:${port}`, "--site", SITE);
    const tab = await mine(browser, proxy.url);
    const heard = new Set(
      tab.frames.flatMap(({ text }) => /"method":"(mining\.(?:notify|set_\w+))"/.exec(text ?? "")?.[1] ?? []),
    );
    assert.deepEqual([...heard].sort(), methods);
    for (const { params } of submits(tab.frames)) {
      assert.equal(
        params[3].length,
        2 * (32 - extraNonce1Bytes),
        "the pool's part of the nonce is its dialect's",
      );
    }
    const told = await accountOf(tab);
    assert.equal(told.rejected, 0, "no share is refused but those that came too late");

    await tab.close();
    const status = async () => (await fetch(`http://127.0.0.1:${statusPort}/status.json`)).json();
    await until("the tab's connection is gone", async () => (await status()).connections === 0);
    const { counts, workers } = await status();
    const sent = submits(tab.frames);
    const good = sent.filter((submit) => submit.accepted === true).length;
    const open = sent.filter((submit) => submit.accepted === undefined).length;
    assert.ok(counts.accepted >= good && counts.accepted <= good + open);
    assert.equal(counts.blocks, counts.confirmed + counts.unconfirmed);
    assert.deepEqual(
      workers.map(({ worker, accepted }) => ({ worker, accepted })),
      [{ worker: "0xa0abab…abab", accepted: counts.accepted }],
    );
    await proxy.stop();
    assert.equal(acceptedBy(await pool.stop()), counts.accepted);
  });
}
