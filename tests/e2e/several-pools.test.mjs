// The package's client in Node, at real pools behind a real proxy: the page itself mines at one pool that a person chose.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { StratumClient } from "aion-web-miner";
import { WebSocket } from "ws";
import { until } from "./browser.mjs";
import { startPool } from "./pool.mjs";
import { startProxyAt } from "./proxy.mjs";
import { freePort } from "./server-process.mjs";

let ports;
let proxy;

before(async () => {
  ports = { first: await freePort(), second: await freePort() };
  const pools = Object.entries(ports).flatMap(([name, port]) => ["--pool", `${name}=127.0.0.1:${port}`]);
  proxy = await startProxyAt(0, ...pools, "--allow-missing-origin");
});
after(async () => {
  await proxy?.stop();
});

test("when the first pool is killed the second one is used, and the first again when it is back", async () => {
  let first = await startPool(ports.first);
  const second = await startPool(ports.second, "miningcore");
  const pool = ["first", "second"].map((name) => `${proxy.url.replace("http", "ws")}/pool/${name}`);
  const client = new StratumClient({ pool, worker: `0xa0${"ab".repeat(31)}`, WebSocket, returnAfter: 1000 });
  const jobs = [];
  const states = [];
  client.addEventListener("job", ({ detail }) => jobs.push({ pool: client.pool, ...detail }));
  client.addEventListener("state", ({ detail: { previous, state } }) => states.push(`${previous} ${state}`));
  try {
    client.start();
    await until("the first pool gives a job", () => jobs.at(-1)?.pool === pool[0]);
    await first.kill();
    await until("the second pool gives a job", () => jobs.at(-1)?.pool === pool[1]);
    assert.equal(client.state, "ready");
    const lost = states.length;
    first = await startPool(ports.first);
    await until("the first pool gives a job again", () => jobs.at(-1)?.pool === pool[0]);
    assert.deepEqual(states.slice(lost), ["ready ready"], "the second was used until then");
    const sequences = jobs.map(({ sequence }) => sequence);
    assert.equal(new Set(sequences).size, sequences.length);
    // The solo pool leaves 24 bytes of a nonce, the other one 30.
    assert.equal(jobs.at(-1).extraNonce1.length, 8);
    assert.ok(jobs.some(({ extraNonce1 }) => extraNonce1.length === 2));
  } finally {
    client.stop();
    await first.stop();
    await second.stop();
  }
});
