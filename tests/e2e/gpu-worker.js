/* global addEventListener, postMessage */
// A worker that does with the GPU's artifact what it is told, one call after another.
import init, { GpuCore } from "/www/lib/wasm/gpu/aion_pow.js";

let core;

const calls = {
  async open({ hardware = false, digitBits, fusedLeaves }) {
    await init();
    core = await GpuCore.open(hardware, digitBits, fusedLeaves);
    return JSON.parse(core.adapter());
  },
  async solve({ mineHash, batches }) {
    const target = new Uint8Array(32).fill(255);
    const flying = [];
    try {
      for (const nonces of batches) flying.push(core.submit(mineHash, nonces, target));
    } finally {
      // Those before one that was refused have their places until they come back.
      await Promise.allSettled(flying);
    }
    return (await Promise.all(flying)).map((outcomes) => JSON.parse(outcomes));
  },
  async pace() {
    return core.batchNonces();
  },
  async submitAndLose({ mineHash, nonces }) {
    const flying = core.submit(mineHash, nonces, new Uint8Array(32));
    core.loseDevice();
    return JSON.parse(await flying);
  },
};

addEventListener("message", async ({ data: { call, values } }) => {
  try {
    postMessage({ value: await calls[call](values) });
  } catch (error) {
    postMessage({ error: { name: error.name, message: error.message } });
  }
});
postMessage({ value: "ready" });
