// A tab that nothing but DevTools drives. Playwright keeps every page that it knows visible, in focus and touched, and
// these are what a miner asks a browser for.
import { until } from "./browser.mjs";
import { DevTools, WorkerWatch } from "./devtools.mjs";

/** A tab of the browser's one window. */
export class Tab {
  #devtools;
  #targetId;
  #sessionId;
  workers;

  /** Opens a tab at that address, in front of all others, and waits until it is loaded. */
  static async open(endpoint, url) {
    const tab = new Tab();
    // A connection of its own for each, since the watch over workers takes all that happens on one.
    tab.#devtools = await DevTools.connect(endpoint);
    tab.#targetId = (await tab.#devtools.send("Target.createTarget", { url })).targetId;
    const attached = await tab.#devtools.send("Target.attachToTarget", {
      targetId: tab.#targetId,
      flatten: true,
    });
    tab.#sessionId = attached.sessionId;
    const ready = `document.readyState === "complete" && location.href === ${JSON.stringify(url)}`;
    await until(`${url} is loaded`, () => tab.evaluate(ready).catch(() => false));
    tab.workers = await WorkerWatch.start(tab.#devtools, url);
    return tab;
  }

  /** Sends a command to the tab. */
  send(method, params = {}) {
    return this.#devtools.send(method, params, this.#sessionId);
  }

  /** Evaluates in the page, without a gesture: an expression, or a function called with `argument`. */
  async evaluate(source, argument) {
    const expression =
      typeof source === "function" ? `(${source})(${JSON.stringify(argument ?? null)})` : source;
    const { result, exceptionDetails } = await this.send("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /** Runs a script in the page before any of its own, from the next load on. */
  async before(source) {
    await this.send("Page.addScriptToEvaluateOnNewDocument", { source: `(${source})()` });
  }

  /** Clicks into the middle of the first element that `selector` finds, as a person does. */
  async click(selector) {
    const at = await this.evaluate((selector) => {
      const box = globalThis.document.querySelector(selector).getBoundingClientRect();
      return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    }, selector);
    const mouse = { ...at, button: "left", clickCount: 1 };
    for (const type of ["mousePressed", "mouseReleased"])
      await this.send("Input.dispatchMouseEvent", { ...mouse, type });
  }

  /** Brings the tab to the front: all others of the window are hidden. */
  async front() {
    await this.#devtools.send("Target.activateTarget", { targetId: this.#targetId });
  }

  /** The names of the events that an object of the page has listeners for, once for each. */
  async listeners(expression) {
    const { result } = await this.send("Runtime.evaluate", { expression });
    const { listeners } = await this.send("DOMDebugger.getEventListeners", { objectId: result.objectId });
    return listeners.map(({ type }) => type).sort();
  }

  async close() {
    await this.#devtools.send("Target.closeTarget", { targetId: this.#targetId });
    this.#devtools.close();
  }
}
