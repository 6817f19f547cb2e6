import { type Capabilities, DEFAULT_POLICIES, defaultThreads, isMobile, MAX_THREADS } from "aion-web-miner";
import { BackendChoice } from "./backend-choice.js";
import { element, make } from "./elements.js";
import { throttleWords } from "./mine-words.js";
import { PauseChoices } from "./pause-choices.js";
import { DEVELOPMENT_POOL, fetchPools, type Pool } from "./pools.js";
import { KeptSettings, type Settings } from "./settings.js";
import { WalletField } from "./wallet-field.js";

/** What the form tells the panel. */
export interface MineFormListener {
  /** The button was pressed, or Enter. */
  submitted(): void;
  /** Also told while it mines: this one setting may change then. */
  throttled(throttle: number): void;
  /** The list of pools came, or did not. */
  poolsChanged(): void;
}

/** The form of the Mine tab, filled in with what was chosen last. */
export class MineForm {
  readonly #pool = element("pool", HTMLSelectElement);
  readonly #poolNote = element("pool-note", HTMLElement);
  readonly #retry = element("pool-retry", HTMLButtonElement);
  readonly #threads = element("threads", HTMLInputElement);
  readonly #throttle = element("throttle", HTMLSelectElement);
  readonly #button = element("start-stop", HTMLButtonElement);
  readonly #mobile = element("allow-mobile", HTMLInputElement);
  readonly #mobileNote = element("mobile-note", HTMLElement);
  readonly #keptNote = element("kept-said", HTMLElement);
  readonly #forget = element("forget", HTMLButtonElement);
  readonly #wallet = new WalletField(
    element("wallet", HTMLInputElement),
    element("wallet-note", HTMLElement),
  );
  readonly #backend = new BackendChoice(() => {
    this.#keep();
  });
  readonly #pauses = new PauseChoices(() => {
    this.#keep();
  });
  readonly #kept = new KeptSettings();
  readonly #listener: MineFormListener;
  #usualThreads = 1;
  #pools: Pool[] = [];
  #poolsFault = "";
  #wantedPool = "";

  constructor(listener: MineFormListener) {
    this.#listener = listener;
  }

  /** Fills the form in and asks for the pools; resolves when they are there, or not to be had. */
  async start(environment: Capabilities): Promise<void> {
    const most = Math.min(environment.crossOriginIsolated ? environment.processors : 1, MAX_THREADS);
    this.#usualThreads = Math.min(defaultThreads(environment), most);
    this.#threads.max = String(most);
    element("threads-note", HTMLElement).textContent =
      most === 1 ? "Only one here." : `Of ${most} processors.`;
    element("mobile", HTMLElement).hidden = !isMobile();
    const form = element("mine-form", HTMLFormElement);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#listener.submitted();
    });
    form.addEventListener("change", () => {
      this.#keep();
    });
    this.#pool.addEventListener("change", () => {
      this.#wantedPool = this.#pool.value;
      this.#choosePool();
    });
    this.#throttle.addEventListener("change", () => {
      this.#chooseThrottle();
    });
    this.#forget.addEventListener("click", () => {
      this.#forgetAll();
    });
    this.#retry.addEventListener("click", () => {
      void this.#offerPools();
    });
    const kept = this.#kept.load();
    this.#fill(kept);
    this.#sayKept(Object.keys(kept).length > 0);
    await this.#offerPools();
  }

  /** The chosen pool; undefined where there is none. */
  get pool(): Pool | undefined {
    return this.#pools.find(({ name }) => name === this.#pool.value);
  }

  /** Why there is no pool to mine at; empty where there is one. */
  get poolsFault(): string {
    return this.#poolsFault;
  }

  /** Whether mining on a phone was agreed to, on this visit; it is kept nowhere. */
  get allowMobile(): boolean {
    return this.#mobile.checked;
  }

  get settings(): Settings {
    return {
      pool: this.#pool.value,
      wallet: this.#wallet.address,
      threads: this.#threads.valueAsNumber,
      throttle: Number(this.#throttle.value),
      backend: this.#backend.value,
      policies: this.#pauses.value,
    };
  }

  /** Whether mining can start with what the form holds; where not, the focus goes to what is wrong. */
  check(): boolean {
    if (!this.#wallet.valid) {
      this.#wallet.focus();
      return false;
    }
    const agreed = !isMobile() || this.#mobile.checked;
    this.#mobileNote.classList.toggle("bad", !agreed);
    if (!agreed) {
      this.#mobile.focus();
      return false;
    }
    return this.#threads.reportValidity();
  }

  /** How the form looks: while something runs its settings stand, except the throttle. */
  show({ running, startable }: { running: boolean; startable: boolean }): void {
    this.#button.textContent = running ? "Stop mining" : "Start mining";
    this.#button.classList.toggle("running", running);
    this.#button.disabled = !startable;
    this.#pool.disabled = running || this.#pools.length === 0;
    this.#threads.disabled = running;
    this.#wallet.locked = running;
    this.#mobile.disabled = running;
    this.#backend.locked = running;
    this.#pauses.locked = running;
    this.#forget.disabled = running;
  }

  #fill({
    pool = "",
    wallet = "",
    threads,
    throttle = 1,
    backend = "cpu",
    policies,
  }: Partial<Settings>): void {
    this.#wantedPool = pool;
    this.#wallet.address = wallet;
    this.#threads.value = String(Math.min(threads ?? this.#usualThreads, Number(this.#threads.max)));
    this.#throttle.value = String(throttle);
    if (this.#throttle.selectedIndex < 0) this.#throttle.value = "1";
    this.#backend.value = backend;
    this.#pauses.value = policies ?? DEFAULT_POLICIES;
    this.#chooseThrottle();
  }

  async #offerPools(): Promise<void> {
    this.#retry.disabled = true;
    try {
      this.#pools = await fetchPools();
      this.#poolsFault = this.#pools.length === 0 ? "This server offers no pool." : "";
    } catch (error) {
      this.#pools = [];
      const why = error instanceof TypeError ? "the server cannot be reached" : words(error);
      this.#poolsFault = `The list of pools cannot be read: ${why}.`;
    }
    this.#pool.replaceChildren(...this.#pools.map(({ name }) => make("option", name)));
    if (this.#pools.some(({ name }) => name === this.#wantedPool)) this.#pool.value = this.#wantedPool;
    this.#retry.disabled = false;
    this.#retry.hidden = this.#poolsFault === "";
    this.#choosePool();
    this.#listener.poolsChanged();
  }

  #choosePool(): void {
    const name = this.#pool.value;
    const where =
      name === DEVELOPMENT_POOL
        ? "Inside this server, with a development chain of its own."
        : "Reached through this server.";
    this.#poolNote.textContent = this.#poolsFault === "" ? where : this.#poolsFault;
    this.#poolNote.classList.toggle("bad", this.#poolsFault !== "");
    this.#wallet.poolChanged(name);
  }

  #chooseThrottle(): void {
    const throttle = Number(this.#throttle.value);
    this.#listener.throttled(throttle);
    element("throttle-note", HTMLElement).textContent = throttleWords(throttle);
  }

  #keep(): void {
    const { threads, ...settings } = this.settings;
    this.#sayKept(
      this.#kept.save({ ...settings, threads: Number.isInteger(threads) ? threads : this.#usualThreads }),
    );
  }

  #forgetAll(): void {
    this.#kept.forget();
    this.#fill({});
    this.#choosePool();
    this.#sayKept(false);
    // The button that had the focus is gone.
    this.#button.focus();
    this.#keptNote.textContent = "Forgotten. Nothing is stored.";
  }

  #sayKept(kept: boolean): void {
    this.#keptNote.textContent = kept ? "Settings are kept in this browser." : "";
    this.#forget.hidden = !kept;
  }
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
