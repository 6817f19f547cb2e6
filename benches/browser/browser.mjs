// A real browser, without a driver: it opens the bench's page, and the page does the rest.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BenchError } from "../bench-error.mjs";
import { startMailbox } from "./server.mjs";

/** Seconds that a page may take for one answer, its own start included. */
const PATIENCE = 180;

const CHROMIUM = [
  "--headless=new",
  "--no-first-run",
  "--no-default-browser-check",
  "--disable-quic",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
];

/** Settings of a new Firefox profile: nothing opens and nothing is fetched that was not asked for. */
const FIREFOX_SETTINGS = {
  "app.normandy.enabled": false,
  "browser.aboutwelcome.enabled": false,
  "browser.shell.checkDefaultBrowser": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "toolkit.telemetry.enabled": false,
};

/** Starts the Chromium that is `program`. */
export function startChromium(program) {
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return startBrowser("Chromium", program, (profile) => [
    ...CHROMIUM,
    ...sandbox,
    `--user-data-dir=${profile}`,
  ]);
}

/** Starts the Firefox that is `program`. */
export function startFirefox(program) {
  return startBrowser("Firefox", program, async (profile) => {
    const settings = Object.entries(FIREFOX_SETTINGS).map(
      ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`,
    );
    await writeFile(join(profile, "user.js"), settings.join("\n"));
    return ["--headless", "--no-remote", "--profile", profile];
  });
}

/** `ask(request)` resolves to the page's answer, `close()` ends the browser. */
async function startBrowser(name, program, options) {
  const mailbox = await startMailbox();
  const profile = await mkdtemp(join(tmpdir(), "aion-bench-"));
  const child = spawn(program, [...(await options(profile)), mailbox.url], { stdio: "ignore" });
  const gone = once(child, "exit").catch(() => undefined);
  child.once("error", (error) =>
    mailbox.fail(new BenchError(`${name} could not be started: ${error.message}`)),
  );
  child.once("exit", (code, signal) =>
    mailbox.fail(new BenchError(`${name} ended by itself: ${signal ?? code}`)),
  );
  return {
    async ask(request) {
      const silent = () => mailbox.fail(new BenchError(`${name} gave no answer for ${PATIENCE} seconds`));
      const deadline = setTimeout(silent, PATIENCE * 1000);
      try {
        return await mailbox.ask(request);
      } finally {
        clearTimeout(deadline);
      }
    },
    async close() {
      child.kill("SIGTERM");
      await gone;
      mailbox.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
