// `npm start`: from a fresh clone to the page, with the embedded pool behind it.
import { spawn } from "node:child_process";
import { bootstrap } from "./bootstrap.mjs";
import { npmPackages, page, program, SITE, wasmArtifacts } from "./builds.mjs";
import { root } from "./checkout.mjs";
import { exitCleanly } from "./exit.mjs";
import { choosePort } from "./port.mjs";
import { ended, ProgramFailed } from "./run.mjs";

async function start() {
  const port = await choosePort(process.env.PORT);
  bootstrap();
  await npmPackages();
  await wasmArtifacts();
  await page();
  const proxy = await program("stratum-proxy");
  await serve(proxy, port);
}

async function serve(proxy, port) {
  const args = ["--dev", "--site", SITE, "--listen", `127.0.0.1:${port}`];
  const child = spawn(proxy, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  child.stdout.setEncoding("utf8").on("data", (text) => {
    process.stdout.write(text);
    const url = /^listening on (http:\S+)/m.exec(text)?.[1];
    if (url) console.log(`\n  Open ${url} in a browser. Ctrl+C ends it.\n`);
  });
  const { code, signal, interrupted } = await ended(child);
  if (code === 0 || interrupted) return;
  throw new ProgramFailed(`stratum-proxy: ${signal ? `ended by ${signal}` : `status ${code}`}`);
}

await exitCleanly(start);
