// A real Firefox, driven by WebDriver BiDi, which it speaks itself.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocket } from "ws";

/** Settings of a new profile: nothing opens and nothing is fetched that was not asked for. */
const SETTINGS = {
  "app.normandy.enabled": false,
  "browser.aboutwelcome.enabled": false,
  "browser.shell.checkDefaultBrowser": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "toolkit.telemetry.enabled": false,
};

/** For a test's `skip`: false, or why it cannot run. */
export const withoutFirefox = process.env.FIREFOX
  ? false
  : "SKIPPED: no Firefox; set FIREFOX to its path, or install firefox-esr";

/** Starts the browser that FIREFOX names, with one page. */
export async function startFirefox() {
  const profile = await mkdtemp(join(tmpdir(), "aion-e2e-"));
  const settings = Object.entries(SETTINGS).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`,
  );
  await writeFile(join(profile, "user.js"), settings.join("\n"));
  const args = ["--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"];
  const child = spawn(process.env.FIREFOX, args, { stdio: ["ignore", "ignore", "pipe"] });
  const endpoint = await new Promise((resolve, reject) => {
    let said = "";
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`Firefox ended with ${code}: ${said}`)));
    child.stderr.setEncoding("utf8").on("data", (text) => {
      said += text;
      const line = /^WebDriver BiDi listening on (ws:\S+)/m.exec(said);
      if (line) resolve(line[1]);
    });
  });
  const bidi = await BiDi.connect(`${endpoint}/session`);
  const { capabilities } = await bidi.send("session.new", { capabilities: {} });
  const { contexts } = await bidi.send("browsingContext.getTree", {});
  const { context } = contexts[0];
  return {
    version: `${capabilities.browserName} ${capabilities.browserVersion}`,
    goto: (url) => bidi.send("browsingContext.navigate", { context, url, wait: "complete" }),
    /** What an expression, or the promise that it makes, gives in the page: anything that JSON can hold. */
    async evaluate(expression) {
      const { result, exceptionDetails } = await bidi.send("script.evaluate", {
        expression: `Promise.resolve(${expression}).then((value) => JSON.stringify(value) ?? "null")`,
        target: { context },
        awaitPromise: true,
      });
      if (exceptionDetails) throw new Error(exceptionDetails.text);
      return JSON.parse(result.value);
    },
    /** Moves the pointer to the middle of an element, given by an expression, and presses its button: a person's click. */
    async click(element) {
      const middle = `(({ x, y, width, height }) => [x + width / 2, y + height / 2])(${element}.getBoundingClientRect())`;
      const [x, y] = (await this.evaluate(middle)).map(Math.round);
      const actions = [
        { type: "pointerMove", x, y },
        { type: "pointerDown", button: 0 },
        { type: "pointerUp", button: 0 },
      ];
      await bidi.send("input.performActions", {
        context,
        actions: [{ type: "pointer", id: "mouse", actions }],
      });
    },
    async close() {
      bidi.close();
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      await gone;
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** A connection that speaks WebDriver BiDi. */
class BiDi {
  #socket;
  #lastId = 0;
  #open = new Map();

  static async connect(url) {
    const bidi = new BiDi();
    bidi.#socket = new WebSocket(url);
    bidi.#socket.on("message", (data) => bidi.#take(JSON.parse(data.toString())));
    await new Promise((resolve, reject) => bidi.#socket.once("open", resolve).once("error", reject));
    return bidi;
  }

  send(method, params) {
    const id = ++this.#lastId;
    this.#socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve, reject) => this.#open.set(id, { resolve, reject, method }));
  }

  close() {
    this.#socket.close();
  }

  #take({ id, result, error, message }) {
    const asked = this.#open.get(id);
    if (asked === undefined) return;
    this.#open.delete(id);
    if (error) asked.reject(new Error(`${asked.method}: ${error}: ${message}`));
    else asked.resolve(result);
  }
}
