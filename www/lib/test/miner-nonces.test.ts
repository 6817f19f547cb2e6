import { expect, test } from "vitest";
import { hexFromBytes } from "../src/hex.js";
import type { Assignment } from "../src/worker-messages.js";
import { Dice } from "./dice.js";
import { HandWorker, minerOf, worker } from "./miner-fixture.js";
import type { Peer } from "./scripted-pool.js";
import { notify, YES } from "./stratum-fixture.js";

const STEPS = 120;

/** Every assignment that any solver worker was given. */
function assignments(): Assignment[] {
  return HandWorker.all.flatMap(({ heard }) =>
    heard.flatMap((message) => (message.type === "work" ? [message.assignment] : [])),
  );
}

test.each([1, 2, 3])(
  "a miner whose pool, connection and worker change at random never gives a nonce twice (seed %d)",
  async (seed) => {
    const dice = new Dice(seed);
    const base = hexFromBytes(dice.bytes(32));
    // Beginnings of one and the same nonce: each lies in the others. Four free bytes at the least, which no test exhausts.
    const draw = (): string => base.slice(0, 2 * dice.pick(0, 1, 2, 4, 8, 8, 8, 24, 28));
    let extraNonce1 = draw();
    let peer: Peer | undefined;
    let jobId = 1;
    const [miner] = await minerOf(async (connected) => {
      await connected.answer("mining.subscribe", `"result":[null,"${extraNonce1}"],"error":null`);
      await connected.answer("mining.authorize", YES);
      peer = connected;
      // The same job as before, as a pool sends it after a reconnect.
      connected.send(notify(jobId.toString(16)));
    });
    await miner.start();
    await expect.poll(() => assignments().length).toBe(1);
    for (let step = 0; step < STEPS; step++) {
      const before = assignments().length;
      switch (dice.below(6)) {
        case 0:
          if (dice.below(2) === 0) extraNonce1 = draw();
          peer?.hangUp();
          break;
        case 1:
          extraNonce1 = draw();
          peer?.send(`{"id":null,"method":"mining.set_extranonce","params":["${extraNonce1}"]}`);
          peer?.send(notify((++jobId).toString(16), { clean: String(dice.below(2) === 0) }));
          break;
        case 2:
          await miner.stop();
          await miner.start();
          break;
        case 3:
          peer?.send(notify((++jobId).toString(16), { clean: String(dice.below(2) === 0) }));
          break;
        default:
          worker().say({ type: "low", generation: assignments().at(-1)?.generation ?? 0 });
      }
      await expect.poll(() => assignments().length, { interval: 1 }).toBeGreaterThan(before);
    }
    const nonces = assignments().flatMap((assignment) => assignment.nonces.map(hexFromBytes));
    expect(nonces.length).toBeGreaterThan(4 * STEPS);
    expect(new Set(nonces).size).toBe(nonces.length);
  },
);
