// One thread of a pool: takes the parent's module and memory, then works for the pool until it is ended.
import { initSync, wbg_rayon_start_worker } from "../aion_pow.js";

addEventListener(
  "message",
  async ({ data: { module, memory, receiver, life } }) => {
    try {
      await shareLife(life);
      initSync({ module, memory });
    } catch (error) {
      postMessage({ failed: String(error) });
      return;
    }
    postMessage({ running: true });
    try {
      // Returns only when the pool ends.
      wbg_rayon_start_worker(receiver);
    } catch (error) {
      // A trap: reported as uncaught, it reaches the parent's error event, which a rejection would not.
      reportError(error);
    }
  },
  { once: true },
);

addEventListener("messageerror", () => {
  postMessage({ failed: "the module or its memory could not be received" });
});

// A worker is told to end before it has ended, and nobody hears when it has. A page that must know waits for the lock
// named after the worker that hosts the instance: each thread shares it for as long as it lives.
function shareLife(life) {
  const locks = globalThis.navigator.locks;
  if (life === "" || locks === undefined) return undefined;
  return new Promise((held, refused) => {
    const forEver = new Promise(() => {});
    locks.request(life, { mode: "shared" }, () => (held(), forEver)).catch(refused);
  });
}
