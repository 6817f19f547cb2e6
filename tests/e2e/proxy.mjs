// The real stratum-proxy on a free loopback port.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** The built page. */
export const SITE = fileURLToPath(new URL("../../www/app/dist", import.meta.url));

/** Starts the proxy with these arguments; resolves with its address once it listens. */
export async function startProxy(...args) {
  const program = process.env.STRATUM_PROXY;
  if (!program) throw new Error("STRATUM_PROXY must name the stratum-proxy to test");
  const child = spawn(program, ["--listen", "127.0.0.1:0", ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (said += text));
  const url = await new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`stratum-proxy ended with ${code}: ${said}`)));
    child.once("error", reject);
    let out = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      out += text;
      const line = /^listening on (http:\S+)/m.exec(out);
      if (line) resolve(line[1]);
    });
  });
  return {
    url,
    async stop() {
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      await gone;
    },
  };
}
