import { expect, test } from "vitest";
import type { StratumErrorCode } from "../src/stratum-error.js";
import type { Peer, Script } from "./scripted-pool.js";
import {
  AUTHORIZED,
  clientOf,
  notify,
  SOLO_SUBSCRIBED,
  SOLUTION,
  soloUntilReady,
  SUBSCRIBED,
  YES,
} from "./stratum-fixture.js";

const line =
  (text: string) =>
  (peer: Peer): void => {
    peer.send(text);
  };
const hangUp = (peer: Peer): void => {
  peer.hangUp();
};
const close =
  (code: number) =>
  (peer: Peer): void => {
    peer.close(code, "said by the test");
  };
const binary = (peer: Peer): void => {
  peer.sendBinary(new Uint8Array([0xff, 0xfe]));
};
const method = (name: string, params: string): ((peer: Peer) => void) =>
  line(`{"id":null,"method":"${name}","params":${params}}`);

/** A harmless notification that takes so many bytes of UTF-8 in about half as many characters. */
function lineOfBytes(bytes: number): string {
  const empty = `{"method":""}`;
  const room = bytes - empty.length;
  return empty.replace(`""`, `"${"é".repeat(Math.floor(room / 2))}${"e".repeat(room % 2)}"`);
}

/** What a pool can do wrong, in whatever state; each ends the connection with the error and is followed by a new try. */
const BAD_INPUT: readonly [string, (peer: Peer) => void, StratumErrorCode][] = [
  ["junk", line("HTTP/1.1 400 Bad Request"), "bad-line"],
  ["half a line", line(`{"id":1,"result":[nu`), "bad-line"],
  ["an array", line("[]"), "bad-line"],
  ["null", line("null"), "bad-line"],
  ["an object of no meaning", line(`{"id":1}`), "bad-line"],
  ["bytes that are no text", binary, "bad-line"],
  ["a 1 MiB line without an end", line("x".repeat(1 << 20)), "line-too-long"],
  ["a line one byte too long in UTF-8", line(lineOfBytes(32_769)), "line-too-long"],
  ["a job id that is not hex", line(notify("x")), "bad-job"],
  ["a job with a clean flag of 1", line(notify("1", { clean: "1" })), "bad-job"],
  ["a job with a short target", line(notify("1", { target: "00" })), "bad-job"],
  ["a job with a header that is not hex", line(notify("1", { header: "zz".repeat(32) })), "bad-job"],
  ["a job without params", line(`{"method":"mining.notify"}`), "bad-job"],
  ["a target of 63 digits", method("mining.set_target", `["${"0".repeat(63)}"]`), "bad-target"],
  ["difficulty 0", method("mining.set_difficulty", "[0]"), "bad-target"],
  ["a negative difficulty", method("mining.set_difficulty", "[-5]"), "bad-target"],
  ["an extraNonce1 of 32 bytes", method("mining.set_extranonce", `["${"00".repeat(32)}"]`), "bad-extranonce"],
  ["a hang-up", hangUp, "connection-lost"],
  ["a closing handshake", close(1001), "connection-lost"],
  ["the close code of a message too big", close(1009), "line-too-long"],
  ["the proxy's close code for an unreachable pool", close(4002), "pool-unreachable"],
  ["the proxy's close code for a pool that hung up", close(4003), "connection-lost"],
  ["the proxy's close code for a bad line", close(4004), "bad-line"],
  ["the proxy's close code for an idle client", close(4005), "connection-lost"],
  ["the proxy's close code for too many messages", close(4006), "connection-lost"],
];

/** The pool's side up to each state of the client. */
const UNTIL: readonly [string, Script][] = [
  ["subscribing", (peer) => peer.receive("mining.subscribe").then(() => undefined)],
  [
    "authorizing",
    async (peer) => {
      await peer.receive("mining.subscribe");
      peer.send(SOLO_SUBSCRIBED, notify("1"));
      await peer.receive("mining.authorize");
    },
  ],
  [
    "authorized",
    async (peer) => {
      await peer.answer("mining.subscribe", SUBSCRIBED);
      await peer.answer("mining.authorize", YES);
    },
  ],
  ["ready", soloUntilReady],
];

for (const [state, until] of UNTIL) {
  test.each(BAD_INPUT)(
    `while ${state}, %s gives a named error and a new connection`,
    async (_, misbehave, code) => {
      const [log, pool] = await clientOf(async (peer, connection) => {
        await (connection === 0 ? until : soloUntilReady)(peer, connection);
        if (connection === 0) misbehave(peer);
      });
      const { error, retryInMs } = await log.next("error");
      expect(error).toMatchObject({ name: "StratumError", code, final: false });
      expect(retryInMs).toBe(0);
      await log.state("waiting");
      await log.state("ready");
      expect(pool.submits).toEqual([]);
    },
  );
}

test("a line of exactly the longest length is read", async () => {
  const [log] = await clientOf(async (peer, n) => {
    await soloUntilReady(peer, n);
    peer.send(lineOfBytes(32_768), notify("2"));
  });
  await log.next("job");
  expect((await log.next("job")).id).toBe("2");
  expect(log.all("error")).toEqual([]);
});

test("a wrong id is reported, taken for no reply, and the connection goes on", async () => {
  const [log] = await clientOf(async (peer, n) => {
    await soloUntilReady(peer, n);
    const { id } = await peer.receive("mining.submit");
    peer.send(
      `{"id":${id + 40},"result":true,"error":null}`,
      `{"id":"none of yours","result":true,"error":null}`,
    );
    peer.send(`{"id":${id},"result":null,"error":[20,"invalid solution"]}`);
  });
  const job = await log.next("job");
  const verdict = await log.client.submit({ job, extraNonce2: new Uint8Array(24), solution: SOLUTION });
  expect(verdict.accepted).toBe(false);
  expect(await log.next("error")).toMatchObject({ error: { code: "unexpected-reply" }, retryInMs: null });
  expect(await log.next("error")).toMatchObject({ error: { code: "unexpected-reply" }, retryInMs: null });
  expect(log.client.state).toBe("ready");
});

test("three lines in one message are three lines", async () => {
  const [log] = await clientOf(async (peer) => {
    await peer.receive("mining.subscribe");
    peer.send(
      [SOLO_SUBSCRIBED, notify("1"), `{"id":null,"method":"mining.unknown","params":[]}\r`].join("\n"),
    );
    await peer.receive("mining.authorize");
    peer.send(AUTHORIZED);
  });
  expect((await log.next("job")).id).toBe("1");
});

test("a share on its way when the pool hangs up is neither accepted nor sent again", async () => {
  const [log, pool] = await clientOf(async (peer, connection) => {
    await soloUntilReady(peer, connection);
    if (connection > 0) return;
    await peer.receive("mining.submit");
    peer.hangUp();
  });
  const job = await log.next("job");
  const submit = log.client.submit({ job, extraNonce2: new Uint8Array(24), solution: SOLUTION });
  await expect(submit).rejects.toMatchObject({ code: "connection-lost" });
  await log.next("job");
  expect(pool.submits).toHaveLength(1);
  expect(log.client.liveJob(job.sequence)).toBeUndefined();
});

const answerAuthorize =
  (reply: string): Script =>
  async (peer) => {
    await peer.receive("mining.subscribe");
    peer.send(SOLO_SUBSCRIBED);
    await peer.receive("mining.authorize");
    peer.send(reply);
  };
const answerSubscribe =
  (reply: string): Script =>
  async (peer) => {
    await peer.receive("mining.subscribe");
    peer.send(reply);
  };

const REFUSALS: readonly [string, Script, StratumErrorCode][] = [
  ["a failed authorize", answerAuthorize(`{"id":2,"result":false,"error":null}`), "unauthorized"],
  [
    "an authorize error as an object",
    answerAuthorize(`{"result":false,"error":{"code":24,"message":"unauthorized worker"},"id":2}`),
    "unauthorized",
  ],
  [
    "a pool that names another protocol version",
    answerSubscribe(`{"result":[["mining.notify","0HLD7","AionStratum/2.0.0"],"be10"],"error":null,"id":1}`),
    "unsupported-protocol",
  ],
  [
    "a pool that refuses our protocol version",
    answerSubscribe(`{"id":1,"result":null,"error":[20,"unsupported protocol version"]}`),
    "unsupported-protocol",
  ],
  ["the close code of a refused page", close(1008), "not-allowed"],
  ["the proxy's close code for a bad call", close(4000), "not-allowed"],
  ["the proxy's close code for a long message", close(4001), "not-allowed"],
  ["the proxy's close code for a share that does not hold", close(4007), "not-allowed"],
];

test.each(REFUSALS)("%s ends the client: trying again cannot help", async (_, script, code) => {
  const [log, pool] = await clientOf(script);
  expect(await log.next("error")).toMatchObject({ error: { code, final: true }, retryInMs: null });
  expect(log.client.state).toBe("stopped");
  expect(pool.submits).toEqual([]);
});

const BAD_SUBSCRIPTIONS: readonly [string, string, StratumErrorCode][] = [
  ["an error of another kind", `{"id":1,"result":null,"error":[20,"busy"]}`, "subscribe-refused"],
  ["a result that is no list", `{"id":1,"result":true,"error":null}`, "bad-subscribe"],
  [
    "an extraNonce1 of 32 bytes",
    `{"id":1,"result":[null,"${"00".repeat(32)}"],"error":null}`,
    "bad-subscribe",
  ],
  ["an extraNonce1 of half a byte", `{"id":1,"result":[null,"abc"],"error":null}`, "bad-subscribe"],
  ["an extraNonce1 that is a number", `{"id":1,"result":[null,7],"error":null}`, "bad-subscribe"],
];

test.each(BAD_SUBSCRIPTIONS)("a subscribe reply with %s leads to a new try", async (_, reply, code) => {
  const [log] = await clientOf((peer, connection) =>
    (connection === 0 ? answerSubscribe(reply) : soloUntilReady)(peer, connection),
  );
  expect(await log.next("error")).toMatchObject({ error: { code, final: false } });
  await log.state("waiting");
  await log.state("ready");
});

test("a pool that never answers subscribe is given up after the deadline", async () => {
  const [log] = await clientOf(() => undefined, { deadlines: { handshake: 30 } });
  expect(await log.next("error")).toMatchObject({ error: { code: "reply-timeout" } });
});
