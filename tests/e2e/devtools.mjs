/* global WebAssembly */
// A small client of the DevTools protocol: the browser driver lists a page's own workers, but not the workers of workers.
import { WebSocket } from "ws";

/** A connection to a browser's DevTools. */
export class DevTools {
  #socket;
  #lastId = 0;
  #open = new Map();
  #listeners = new Set();

  static async connect(url) {
    const devtools = new DevTools();
    devtools.#socket = new WebSocket(url, { maxPayload: 1 << 28 });
    devtools.#socket.on("message", (data) => devtools.#take(JSON.parse(data.toString())));
    await new Promise((resolve, reject) => devtools.#socket.once("open", resolve).once("error", reject));
    return devtools;
  }

  /** Sends a command, to a session where one is given, and resolves with its result. */
  send(method, params = {}, sessionId) {
    const id = ++this.#lastId;
    this.#socket.send(JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) }));
    return new Promise((resolve, reject) => this.#open.set(id, { resolve, reject, method }));
  }

  onEvent(listener) {
    this.#listeners.add(listener);
  }

  close() {
    this.#socket.close();
  }

  #take({ id, result, error, method, params, sessionId }) {
    if (id === undefined) {
      for (const listener of this.#listeners) listener(method, params, sessionId);
      return;
    }
    const { resolve, reject, method: asked } = this.#open.get(id);
    this.#open.delete(id);
    if (error) reject(new Error(`${asked}: ${error.message}`));
    else resolve(result);
  }
}

/** Every worker of a page, the workers of workers included, at whatever depth. */
export class WorkerWatch {
  #devtools;
  #workers = new Map();

  /** Watches the page of that address. */
  static async start(devtools, pageUrl) {
    const watch = new WorkerWatch();
    watch.#devtools = devtools;
    devtools.onEvent((method, params) => watch.#take(method, params));
    const { targetInfos } = await devtools.send("Target.getTargets");
    const page = targetInfos.find(({ type, url }) => type === "page" && url.startsWith(pageUrl));
    const { sessionId } = await devtools.send("Target.attachToTarget", {
      targetId: page.targetId,
      flatten: true,
    });
    await watch.#follow(sessionId);
    return watch;
  }

  /** The names of the workers that are alive. */
  get names() {
    return [...this.#workers.values()].map(({ title, url }) => (title || url).split("/")[0]).sort();
  }

  /** The addresses of their scripts. */
  get scripts() {
    return [...this.#workers.values()].map(({ url }) => url).sort();
  }

  /** The WebAssembly memories that the worker of that name has instantiated: whether shared, and how large. */
  async memories(name) {
    const evaluation = { expression: "memoriesForTest()", returnByValue: true };
    return (await this.#devtools.send("Runtime.evaluate", evaluation, this.#session(name))).result.value;
  }

  /** Ends whatever the worker of that name executes, as a trap would, and leaves the worker itself alive. */
  async breakOff(name) {
    await this.#devtools.send("Runtime.terminateExecution", {}, this.#session(name));
  }

  #session(name) {
    const [sessionId] = [...this.#workers].find(([, { title }]) => title.split("/")[0] === name) ?? [];
    if (sessionId === undefined) throw new Error(`there is no worker ${name}, only ${this.names.join()}`);
    return sessionId;
  }

  async #follow(sessionId, waitForDebuggerOnStart = true) {
    await this.#devtools.send(
      "Target.setAutoAttach",
      { autoAttach: true, waitForDebuggerOnStart, flatten: true },
      sessionId,
    );
  }

  async #begin(sessionId) {
    await this.#devtools.send("Runtime.evaluate", { expression: `(${keepMemories})()` }, sessionId);
    await this.#follow(sessionId, false);
    await this.#devtools.send("Runtime.runIfWaitingForDebugger", {}, sessionId);
  }

  #take(method, params) {
    if (method === "Target.attachedToTarget") {
      const { sessionId, targetInfo } = params;
      if (targetInfo.type === "worker") this.#workers.set(sessionId, targetInfo);
      // A worker that ends while it is being followed has no workers left to follow.
      this.#begin(sessionId).catch(() => undefined);
    }
    if (method === "Target.detachedFromTarget") this.#workers.delete(params.sessionId);
  }
}

/** Runs in a worker before its script: notes every memory that an instance imports or exports. */
function keepMemories() {
  const memories = new Set();
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const original = WebAssembly[name];
    WebAssembly[name] = async (source, imports) => {
      const result = await original(source, imports);
      const { exports } = result.instance ?? result;
      for (const namespace of [exports, ...Object.values(imports ?? {})]) {
        for (const item of Object.values(namespace))
          if (item instanceof WebAssembly.Memory) memories.add(item);
      }
      return result;
    };
  }
  globalThis.memoriesForTest = () =>
    [...memories].map(({ buffer }) => ({
      shared: typeof SharedArrayBuffer !== "undefined" && buffer instanceof SharedArrayBuffer,
      bytes: buffer.byteLength,
    }));
}
