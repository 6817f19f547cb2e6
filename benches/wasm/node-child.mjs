// One instance in a Node process of its own, asked over its channel.
import { readFileSync } from "node:fs";
import { answer } from "./instance.js";

const ARTIFACTS = {
  openSolver: ({ backend }) => `lib/wasm/${backend}`,
  timeVerifier: () => "verify/wasm/verify",
};

process.on("message", async (request) => {
  const folder = ARTIFACTS[request.do]?.(request);
  const module = folder && readFileSync(new URL(`../../www/${folder}/aion_pow_bg.wasm`, import.meta.url));
  process.send(await answer({ ...request, module }));
});
