// Holds what docs/protocol.md says that proxy and pool refuse to the programs, without a browser.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { WebSocket } from "ws";
import { rowsUnder } from "../../scripts/test/markdown-tables.mjs";
import { startProxy } from "./proxy.mjs";
import { startServer } from "./server-process.mjs";

const NOTES = readFileSync(new URL("../../docs/protocol.md", import.meta.url), "utf8");
const WORKER = `0xa0${"5c".repeat(31)}`;

/** The lines that a dialogue's side says. */
function said(name, side) {
  const [, block] = new RegExp(`^\`\`\`${name}\n(.*?)^\`\`\``, "ms").exec(NOTES);
  return block
    .split("\n")
    .filter((line) => line.startsWith(`${side} `))
    .map((line) => line.slice(2));
}

/** What is alike in all lines of a kind: their members, and the sizes of hex. Names of jobs and connections have no fixed size. */
function shape(line) {
  return line
    .replace(/"(?:[0-9a-f]{2}){2,}"(?=[,\]}])/g, (hex) => `<${(hex.length - 2) / 2} bytes>`)
    .replace(/("mining\.notify","params":\[)[^,]+/, "$1<job>")
    .replace(/"[0-9A-V]{5}"/, "<connection>");
}

/** A pool whose first job stays for the whole test. */
const startPool = (dialect) =>
  startServer(
    "SOLO_POOL",
    ["--listen", "127.0.0.1:0", "--dialect", dialect, "--block-seconds", "86400"],
    /^listening on (127\.0\.0\.1:(\d+))/m,
  );

/** A TCP client of a pool that speaks and hears lines. */
async function clientOf(port) {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  return {
    say: (line) => socket.write(`${line}\n`),
    hear: async () => (await lines.next()).value,
    /** The next reply to that request, past whatever else is said. */
    async reply(id) {
      for (;;) {
        const message = JSON.parse(await this.hear());
        if (message.id === id && message.method === undefined) return message;
      }
    },
    end: () => socket.destroy(),
  };
}

const call = (id, method, ...params) => JSON.stringify({ id, method, params });

for (const [dialect, column] of [
  ["solo", 1],
  ["miningcore", 2],
]) {
  describe(`solo-pool --dialect ${dialect}`, () => {
    let pool, port;
    before(async () => {
      pool = await startPool(dialect);
      port = Number(pool.match[2]);
    });
    after(() => pool.stop());

    test("says what the dialogue shows, up to the first share", async () => {
      const client = await clientOf(port);
      const [subscribe, authorize] = said(dialect, "C");
      // Subscribe's and authorize's replies, the job, and on MiningCore its target.
      const wanted = said(dialect, "S").slice(0, dialect === "solo" ? 3 : 4);
      client.say(subscribe);
      const heard = [await client.hear()];
      if (dialect === "solo") heard.push(await client.hear());
      client.say(authorize);
      while (heard.length < wanted.length) heard.push(await client.hear());
      assert.deepEqual(heard.map(shape), wanted.map(shape));
      client.end();
    });

    test("refuses shares in the words of the table", async () => {
      const table = Object.fromEntries(rowsUnder(NOTES, "Verdicts").map((row) => [row[0], row[column]]));
      const client = await clientOf(port);
      const verdict = async (id, ...params) => {
        client.say(call(id, "mining.submit", ...params));
        const { error } = await client.reply(id);
        return Array.isArray(error) ? error.slice(0, 2).join(" ") : `${error.code} ${error.message}`;
      };
      const [time, proof] = ["000000005acfd2a0", `fd8005${"9c".repeat(1408)}`];
      const found = {};
      found["before authorize"] = await verdict(1, WORKER, "1", time, "00", proof);
      client.say(call(2, "mining.authorize", WORKER, "x"));
      await client.reply(2);
      found["before subscribe"] = await verdict(3, WORKER, "1", time, "00", proof);
      client.say(call(4, "mining.subscribe", "notes/1", "AionStratum/1.0.0"));
      const size = 32 - (await client.reply(4)).result[1].length / 2;
      let job;
      while (job === undefined) {
        const message = JSON.parse(await client.hear());
        if (message.method === "mining.notify") [job] = message.params;
      }
      const nonce = "07".repeat(size);
      const shares = {
        "for a job that is over or never was": ["ff", time, nonce, proof],
        "nTime that is not 16 hex digits": [job, "5acfd2a0", nonce, proof],
        "extraNonce2 of another size": [job, time, "07", proof],
        "extraNonce2 that is no hex": [job, time, "x".repeat(2 * size), proof],
        "a solution of another size": [job, time, nonce, "fd8005"],
        "what is no solution": [job, time, nonce, proof],
      };
      let id = 5;
      for (const [what, share] of Object.entries(shares)) found[what] = await verdict(id++, WORKER, ...share);
      // These two need work; the pool's own tests have them.
      const { "the same proof again": again, "a hash above the share target": above, ...rest } = table;
      delete rest["what is submitted"];
      assert.deepEqual(found, rest);
      assert.ok(again && above);
      client.end();
    });
  });
}

describe("stratum-proxy", () => {
  let pool, proxy;
  before(async () => {
    pool = await startPool("solo");
    proxy = await startProxy("--pool", `main=${pool.match[1]}`, "--allow-missing-origin");
  });
  after(async () => {
    await proxy.stop();
    await pool.stop();
  });

  const others = {
    "a binary message": (socket) => socket.send(new Uint8Array(4)),
    "10,240 bytes": (socket) => socket.send("x".repeat(10_240)),
    "1,000 pongs at once": (socket) => {
      for (let sent = 0; sent < 1000; sent++) socket.pong();
    },
  };
  const table = rowsUnder(NOTES, "The bridge").filter(([, ending]) => /^4\d{3} /.test(ending));

  test("is asked for nine refusals", () => assert.equal(table.length, 9));

  for (const [sent, ending] of table) {
    test(`answers ${sent.slice(0, 60)} with ${ending}`, async () => {
      const socket = new WebSocket(`${proxy.url.replace("http", "ws")}/pool/main`);
      await once(socket, "open");
      (others[sent] ?? ((open) => open.send(sent)))(socket);
      const [code, reason] = await once(socket, "close");
      assert.equal(`${code} ${reason}`, ending);
    });
  }
});
