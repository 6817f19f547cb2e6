import { capabilities, Miner, MinerError, type MinerState, StratumError } from "aion-web-miner";
import { element, statusLine } from "./elements.js";
import { Elsewhere } from "./elsewhere.js";
import { type Notice, noticesFor, showNotices } from "./environment-notices.js";
import { EventLog } from "./event-log.js";
import { Figures } from "./figures.js";
import { MineForm } from "./mine-form.js";
import {
  moodOf,
  pausedWords,
  runningWords,
  sentence,
  shareWords,
  statusWords,
  type Trouble,
  troubleWords,
} from "./mine-words.js";
import { SessionChart } from "./session-chart.js";
import { StageTimes } from "./stage-times.js";

const TITLE = "Aion web miner";
const REFRESH_MS = 1000;
/** The status has figures too; they are read out, and need not be at every second. */
const FIGURES_MS = 5000;

/** The Mine tab: its form, the miner that runs, and what is shown of it. */
export class MinePanel {
  readonly #state = element("state", HTMLElement);
  readonly #status = statusLine("mine-status", FIGURES_MS);
  readonly #log = new EventLog(element("log", HTMLElement));
  readonly #figures = new Figures();
  readonly #chart = new SessionChart();
  readonly #stages = new StageTimes();
  readonly #environment = element("environment", HTMLElement);
  readonly #elsewhere = new Elsewhere(() => void this.#stop());
  readonly #form = new MineForm({
    submitted: () => {
      void (this.#running ? this.#stop() : this.#begin());
    },
    throttled: (throttle) => {
      if (this.#miner !== undefined) this.#miner.throttle = throttle;
    },
    poolsChanged: () => {
      this.#show();
    },
  });
  readonly #yield: () => Promise<void>;
  #notices: Notice[] = [];
  #miner: Miner | undefined;
  #trouble: Trouble | null = null;
  #possible = true;
  /** Whether the log says so of the connection that is. */
  #authorized = false;

  /** `yielded` is awaited before mining starts: whatever else uses the solver's memory ends first. */
  constructor(yielded: () => Promise<void>) {
    this.#yield = yielded;
  }

  async start(): Promise<void> {
    const environment = capabilities();
    this.#notices = noticesFor(environment);
    this.#possible = showNotices(this.#environment, this.#notices);
    this.#show();
    setInterval(() => {
      this.#tick();
    }, REFRESH_MS);
    await this.#form.start(environment);
    this.#show();
  }

  /** To be told which tab is open: on the others a bar says that the page mines. */
  opened(name: string): void {
    this.#elsewhere.opened(name);
  }

  /** True from a start until no worker is left. */
  get busy(): boolean {
    return this.#running;
  }

  get #running(): boolean {
    const state = this.#miner?.state ?? "idle";
    return state !== "idle" && state !== "stopped" && state !== "failed";
  }

  async #begin(): Promise<void> {
    const { pool } = this.#form;
    if (pool === undefined || !this.#form.check()) return;
    await this.#yield();
    this.#trouble = null;
    showNotices(this.#environment, this.#notices);
    const { wallet, threads, throttle, backend, policies } = this.#form.settings;
    const { allowMobile } = this.#form;
    const miner = new Miner({
      ...{ pool: pool.url, worker: wallet, threads, throttle, backend },
      policies: { ...policies, allowMobile },
    });
    this.#miner = miner;
    this.#listen(miner);
    this.#chart.begin(performance.now());
    this.#stages.clear();
    element("mining-address", HTMLElement).textContent = wallet;
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
    miner.addEventListener("pause", ({ detail: { reasons } }) => {
      this.#log.add(reasons.length === 0 ? "Goes on" : pausedWords(reasons));
      this.#show();
    });
    miner.addEventListener("job", ({ detail: { id } }) => {
      this.#tellAuthorized();
      this.#log.add(`Job ${id}`);
    });
    miner.addEventListener("run", ({ detail }) => {
      this.#stages.add(detail);
    });
    miner.addEventListener("share", ({ detail }) => {
      const { text, tone } = shareWords(detail);
      this.#log.add(text, tone);
    });
    miner.addEventListener("notice", ({ detail: { code, message } }) => {
      if (code !== "subscribed") this.#log.add(sentence(message));
    });
    miner.addEventListener("error", ({ detail }) => {
      if (detail.error.code.startsWith("gpu-")) this.#fellBack(detail);
      else this.#meet(detail);
    });
  }

  /** The GPU is out of it and the CPU mines: no trouble, but worth knowing for as long as the session lasts. */
  #fellBack(trouble: Trouble): void {
    const text = troubleWords(trouble);
    this.#log.add(text, "bad");
    showNotices(this.#environment, [...this.#notices, { text, prevents: false }]);
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

  /** Once a second: what is measured moves on. */
  #tick(): void {
    if (this.#miner !== undefined && this.#running) {
      const { solutionsPerSecond, accepted } = this.#miner.stats;
      this.#chart.add(performance.now(), solutionsPerSecond, accepted);
    }
    this.#stages.show();
    this.#show();
  }

  #show(): void {
    const miner = this.#miner;
    const state: MinerState = miner?.state ?? "idle";
    const running = this.#running;
    if (miner !== undefined) this.#figures.show(miner.stats);
    this.#status.show(this.#words(state));
    this.#state.dataset["mood"] = moodOf(
      state,
      this.#trouble,
      this.#possible && this.#form.poolsFault === "",
    );
    document.title = running ? `${runningWords(state)} · ${TITLE}` : TITLE;
    this.#elsewhere.show(running ? this.#words(state) : "");
    element("mining-for", HTMLElement).hidden = !running;
    const startable = this.#possible && this.#form.pool !== undefined;
    this.#form.show({ running, startable: running ? state !== "stopping" : startable });
  }

  #words(state: MinerState): string {
    const miner = this.#miner;
    if (miner !== undefined)
      return statusWords(state, this.#form.settings.pool, miner.stats, this.#trouble, miner.pauseReasons);
    if (!this.#possible) return "Mining is not possible in this browser.";
    if (this.#form.poolsFault !== "") return "There is no pool to mine at.";
    return "Stopped. Nothing runs until you press Start mining.";
  }
}
