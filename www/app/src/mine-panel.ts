import { capabilities, defaultThreads, MAX_THREADS, Miner, MinerError, StratumError } from "aion-web-miner";
import { element, make } from "./elements.js";
import { noticesFor, showNotices } from "./environment-notices.js";
import { EventLog } from "./event-log.js";
import { Figures } from "./figures.js";
import {
  sentence,
  shareWords,
  statusWords,
  throttleWords,
  type Trouble,
  troubleWords,
} from "./mine-words.js";
import { DEVELOPMENT_POOL, fetchPools, type Pool } from "./pools.js";
import { StatusLine } from "./status-line.js";
import { WalletField } from "./wallet-field.js";

const TITLE = "Aion web miner";
const REFRESH_MS = 1000;

/** The Mine tab: its form, the miner that runs, and what is shown of it. */
export class MinePanel {
  readonly #pool = element("pool", HTMLSelectElement);
  readonly #threads = element("threads", HTMLInputElement);
  readonly #throttle = element("throttle", HTMLSelectElement);
  readonly #button = element("start-stop", HTMLButtonElement);
  readonly #wallet = new WalletField(
    element("wallet", HTMLInputElement),
    element("wallet-note", HTMLElement),
  );
  readonly #status = new StatusLine(element("mine-status", HTMLElement));
  readonly #log = new EventLog(element("log", HTMLElement));
  readonly #figures = new Figures();
  #pools: Pool[] = [];
  #miner: Miner | undefined;
  #trouble: Trouble | null = null;
  #possible = true;
  /** Whether the log says so of the connection that is. */
  #authorized = false;

  async start(): Promise<void> {
    const environment = capabilities();
    this.#possible = showNotices(element("environment", HTMLElement), noticesFor(environment));
    this.#offerThreads(
      environment.crossOriginIsolated ? environment.processors : 1,
      defaultThreads(environment),
    );
    this.#pool.addEventListener("change", () => {
      this.#choosePool();
    });
    this.#throttle.addEventListener("change", () => {
      this.#chooseThrottle();
    });
    this.#chooseThrottle();
    element("mine-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      void (this.#running ? this.#stop() : this.#begin());
    });
    this.#show();
    await this.#offerPools();
    this.#show();
    setInterval(() => {
      this.#show();
    }, REFRESH_MS);
  }

  get #running(): boolean {
    const state = this.#miner?.state ?? "idle";
    return state !== "idle" && state !== "stopped" && state !== "failed";
  }

  #offerThreads(most: number, usual: number): void {
    const max = Math.min(most, MAX_THREADS);
    this.#threads.max = String(max);
    this.#threads.value = String(Math.min(usual, max));
    element("threads-note", HTMLElement).textContent = max === 1 ? "Only one here." : `Of ${max} processors.`;
  }

  async #offerPools(): Promise<void> {
    const note = element("pool-note", HTMLElement);
    try {
      this.#pools = await fetchPools();
      this.#pool.replaceChildren(...this.#pools.map(({ name }) => make("option", name)));
      this.#choosePool();
    } catch (error) {
      note.textContent = `The list of pools cannot be read: ${error instanceof Error ? error.message : String(error)}`;
      note.classList.add("bad");
    }
  }

  #choosePool(): void {
    const name = this.#pool.value;
    const words =
      name === DEVELOPMENT_POOL
        ? "Inside this server, with a development chain of its own."
        : "Reached through this server.";
    element("pool-note", HTMLElement).textContent =
      this.#pools.length === 0 ? "This server offers no pool." : words;
    this.#wallet.poolChanged(name);
  }

  #chooseThrottle(): void {
    const throttle = Number(this.#throttle.value);
    if (this.#miner !== undefined) this.#miner.throttle = throttle;
    element("throttle-note", HTMLElement).textContent = throttleWords(throttle);
  }

  async #begin(): Promise<void> {
    const pool = this.#pools.find(({ name }) => name === this.#pool.value);
    if (pool === undefined) return;
    if (!this.#wallet.valid) {
      this.#wallet.focus();
      return;
    }
    if (!this.#threads.reportValidity()) return;
    this.#trouble = null;
    const threads = this.#threads.valueAsNumber;
    const throttle = Number(this.#throttle.value);
    const miner = new Miner({ pool: pool.url, worker: this.#wallet.address, threads, throttle });
    this.#miner = miner;
    this.#listen(miner);
    element("mining-address", HTMLElement).textContent = this.#wallet.address;
    try {
      await miner.start();
    } catch (error) {
      if (!(error instanceof MinerError || error instanceof StratumError)) throw error;
      if (error.code !== "stopped") this.#meet({ error, retryInMs: null });
    }
    this.#show();
  }

  async #stop(): Promise<void> {
    await this.#miner?.stop();
    this.#show();
  }

  #listen(miner: Miner): void {
    miner.addEventListener("state", ({ detail: { state } }) => {
      if (state === "mining") this.#trouble = null;
      if (state === "starting") this.#log.add("Starting");
      if (state === "starting" || state === "reconnecting") this.#authorized = false;
      if (state === "waiting-for-job" || state === "mining") this.#tellAuthorized();
      if (state === "stopped") this.#log.add("Stopped");
      this.#show();
    });
    miner.addEventListener("job", ({ detail: { id } }) => {
      this.#tellAuthorized();
      this.#log.add(`Job ${id}`);
    });
    miner.addEventListener("share", ({ detail }) => {
      const { text, tone } = shareWords(detail);
      this.#log.add(text, tone);
    });
    miner.addEventListener("notice", ({ detail: { code, message } }) => {
      if (code !== "subscribed") this.#log.add(sentence(message));
    });
    miner.addEventListener("error", ({ detail }) => {
      this.#meet(detail);
    });
  }

  /** Jobs are for the authorized only; the first may come while the solver still starts. */
  #tellAuthorized(): void {
    if (!this.#authorized) this.#log.add("The pool has authorized this worker");
    this.#authorized = true;
  }

  #meet(trouble: Trouble): void {
    this.#trouble = trouble;
    this.#log.add(troubleWords(trouble), "bad");
    this.#show();
  }

  #show(): void {
    const miner = this.#miner;
    const state = miner?.state ?? "idle";
    const running = this.#running;
    if (miner !== undefined) {
      this.#figures.show(miner.stats);
      this.#status.show(statusWords(state, this.#pool.value, miner.stats, this.#trouble));
    } else if (this.#possible) {
      this.#status.show("Stopped. Nothing runs until you press Start mining.");
    } else {
      this.#status.show("Mining is not possible in this browser.");
    }
    document.title = running ? `${state === "mining" ? "Mining" : "Mining (waiting)"} · ${TITLE}` : TITLE;
    this.#button.textContent = running ? "Stop mining" : "Start mining";
    this.#button.classList.toggle("running", running);
    this.#button.disabled = state === "stopping" || !this.#possible || this.#pools.length === 0;
    element("mining-for", HTMLElement).hidden = !running;
    this.#pool.disabled = running;
    this.#threads.disabled = running;
    this.#wallet.locked = running;
  }
}
