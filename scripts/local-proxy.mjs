// Runs a stratum-proxy on this terminal, with the development chain's pool in it.
import { spawn } from "node:child_process";
import { root } from "./checkout.mjs";
import { ended, ProgramFailed } from "./run.mjs";

/**
 * Runs `program` with these arguments until it ends or is interrupted; `listening` is called with its address once it has one.
 * Throws where it ends by itself, or where `listening` does.
 */
export async function runLocalProxy(program, args, listening) {
  const child = spawn(program, ["--dev", ...args], { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  let failure;
  let out = "";
  let called = false;
  child.stdout.setEncoding("utf8").on("data", (text) => {
    process.stdout.write(text);
    out += text;
    const url = /^listening on (http:\S+)\n/m.exec(out)?.[1];
    if (url === undefined || called) return;
    called = true;
    Promise.resolve(url)
      .then(listening)
      .catch((error) => {
        failure = error;
        child.kill();
      });
  });
  const { code, signal, interrupted } = await ended(child);
  if (failure !== undefined) throw failure;
  if (code === 0 || interrupted) return;
  throw new ProgramFailed(`stratum-proxy: ${signal ? `ended by ${signal}` : `status ${code}`}`);
}
