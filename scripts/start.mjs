// `npm start`: from a fresh clone to the page, with the embedded pool behind it.
import { bootstrap } from "./bootstrap.mjs";
import { npmPackages, page, program, SITE, wasmArtifacts } from "./builds.mjs";
import { exitCleanly } from "./exit.mjs";
import { runLocalProxy } from "./local-proxy.mjs";
import { choosePort } from "./port.mjs";

async function start() {
  const port = await choosePort(process.env.PORT);
  bootstrap();
  await npmPackages();
  await wasmArtifacts();
  await page();
  const proxy = await program("stratum-proxy");
  await runLocalProxy(proxy, ["--site", SITE, "--listen", `127.0.0.1:${port}`], (url) => {
    console.log(`\n  Open ${url} in a browser. Ctrl+C ends it.\n`);
  });
}

await exitCleanly(start);
