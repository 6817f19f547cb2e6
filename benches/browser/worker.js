// One instance in a module worker, where a page would run it.
import { answer } from "../wasm/instance.js";

addEventListener("message", async ({ data }) => postMessage(await answer(data)));
