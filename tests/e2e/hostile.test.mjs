import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { picture, startBrowser, until } from "./browser.mjs";
import { greet, startHostilePool } from "./hostile-pool.mjs";
import { SITE, startProxy } from "./proxy.mjs";

let browser;

before(async () => {
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
});

const send = (text) => (socket) => socket.write(text);
const hangUp = (socket) => socket.destroy();
const onMethod = (name, act) => (socket) =>
  socket.on("request", ({ method }) => {
    if (method === name) act(socket);
  });

/** What the pool does with its first connection, and the error that the page must name. */
const MISDEEDS = [
  ["junk for a reply", onMethod("mining.subscribe", send("HTTP/1.1 400 Bad Request\n")), "bad-line"],
  ["a line of 1 MiB without an end", onMethod("mining.subscribe", send("x".repeat(1 << 20))), "bad-line"],
  ["a hang-up at once", hangUp, "connection-lost"],
  ["a hang-up for a reply", onMethod("mining.subscribe", hangUp), "connection-lost"],
  [
    "half a line, then a hang-up, once authorized",
    (socket) => {
      greet(socket);
      onMethod("mining.authorize", () => socket.end(`{"id":null,"method":"mining.not`))(socket);
    },
    "connection-lost",
  ],
  [
    "a job that is none",
    (socket) => {
      greet(socket);
      onMethod(
        "mining.authorize",
        send(`{"id":null,"method":"mining.notify","params":["1",true,"00","00"]}\n`),
      )(socket);
    },
    "bad-job",
  ],
];

for (const [name, misbehave, code] of MISDEEDS) {
  test(`${name}: the page names ${code}, connects anew and submits nothing`, async () => {
    const pool = await startHostilePool((socket, connection) =>
      (connection === 0 ? misbehave : greet)(socket),
    );
    const proxy = await startProxy("--pool", `hostile=${pool.address}`, "--site", SITE);
    const { page, faults, workers, close } = await browser.open(`${proxy.url}/`);
    assert.equal(
      await page.locator("#wallet").inputValue(),
      "",
      "only the pool inside the server brings an address",
    );
    await page.locator("#wallet").fill(`0xa0${"ab".repeat(31)}`);
    await page.locator("#start-stop").click();
    const log = page.locator("#log");
    await until(`the log names ${code}`, async () => (await log.textContent()).includes(`(${code})`));
    const status = page.locator("#mine-status");
    await until("it waits for a job", async () => /Waiting for a job/.test(await status.textContent()));
    assert.ok(pool.connections >= 2);
    if (code === "bad-job") await picture(page, "mine-1280-hostile");
    await page.locator("#start-stop").click();
    await until("it stopped", async () => /^Stopped\./.test(await status.textContent()));
    await until("no worker is left", () => workers.names.length === 0, 1);
    assert.deepEqual(pool.submits, []);
    assert.deepEqual(faults, []);
    await close();
    await proxy.stop();
    await pool.stop();
  });
}

test("a pool that nobody runs is said to be unreachable, and Stop ends the tries", async () => {
  const pool = await startHostilePool(hangUp);
  const { address } = pool;
  await pool.stop();
  const proxy = await startProxy("--pool", `gone=${address}`, "--site", SITE);
  const { page, workers, close } = await browser.open(`${proxy.url}/`);
  await page.locator("#wallet").fill(`0xa0${"ab".repeat(31)}`);
  await page.locator("#start-stop").click();
  const status = page.locator("#mine-status");
  await until("the status says so", async () =>
    /cannot be reached.*\(pool-unreachable\)/.test(await status.textContent()),
  );
  assert.match(await page.title(), /^Mining \(waiting\)/);
  await page.locator("#start-stop").click();
  await until("it stopped", async () => /^Stopped\./.test(await status.textContent()));
  await until("no worker is left", () => workers.names.length === 0, 1);
  await close();
  await proxy.stop();
});
