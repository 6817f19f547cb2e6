// One thread of a pool: takes the parent's module and memory, then works for the pool until it is ended.
import { initSync, wbg_rayon_start_worker } from "../aion_pow.js";

addEventListener(
  "message",
  ({ data: { module, memory, receiver } }) => {
    try {
      initSync({ module, memory });
    } catch (error) {
      postMessage({ failed: String(error) });
      return;
    }
    postMessage({ running: true });
    // Returns only when the pool ends; a trap inside leaves by the parent's error event.
    wbg_rayon_start_worker(receiver);
  },
  { once: true },
);

addEventListener("messageerror", () => {
  postMessage({ failed: "the module or its memory could not be received" });
});
