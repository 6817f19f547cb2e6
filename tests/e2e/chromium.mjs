// A process of a real Chromium, with a profile of its own that is gone with it.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const QUIET = [
  "--headless=new",
  "--hide-scrollbars",
  "--no-first-run",
  "--no-default-browser-check",
  "--disable-quic",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
  "--remote-debugging-port=0",
];

/** Starts the program that CHROMIUM names, with `flags` beside the usual ones; `endpoint` is the address of its DevTools. */
export async function launchChromium(flags = []) {
  const profile = await mkdtemp(join(tmpdir(), "aion-e2e-"));
  const root = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const args = [...QUIET, ...flags, ...root, `--user-data-dir=${profile}`, "about:blank"];
  const child = spawn(process.env.CHROMIUM ?? "chromium", args, { stdio: ["ignore", "ignore", "pipe"] });
  const gone = once(child, "exit");
  const endpoint = await new Promise((resolve, reject) => {
    let said = "";
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`Chromium ended with ${code}: ${said}`)));
    child.stderr.setEncoding("utf8").on("data", (text) => {
      said += text;
      const line = /^DevTools listening on (ws:\S+)/m.exec(said);
      if (line) resolve(line[1]);
    });
  });
  return {
    endpoint,
    /** Sends a signal to every process of the browser. */
    signal(name) {
      for (const pid of family(child.pid)) process.kill(pid, name);
    },
    async stop() {
      child.kill("SIGTERM");
      await gone;
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** A process and all that descend from it. */
function family(pid) {
  const processes = execFileSync("ps", ["-e", "-o", "pid=,ppid="], { encoding: "utf8" });
  const pairs = processes
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const members = [pid];
  for (const parent of members) for (const [child, of] of pairs) if (of === parent) members.push(child);
  return members;
}
