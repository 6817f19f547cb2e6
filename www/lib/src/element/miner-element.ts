import { capabilities } from "../environment.js";
import { Miner } from "../miner.js";
import { MinerError } from "../miner-error.js";
import type { MinerEvents, MinerState } from "../miner-events.js";
import { type MinerStats, StatsCounter } from "../miner-stats.js";
import type { PauseReason } from "../policies/policy.js";
import { StatusLine } from "../status-line.js";
import { StratumError } from "../stratum-error.js";
import { ATTRIBUTES, readSettings, type Settings } from "./attributes.js";
import { styleSheet } from "./style.js";
import { noticeWords, statusWords, type Trouble, usageWords } from "./words.js";

// Outside of browsers there is nothing to extend; importing must not fail there.
const Base =
  (globalThis as { HTMLElement?: typeof HTMLElement }).HTMLElement ??
  (Object as unknown as typeof HTMLElement);

/** Where the element is: a miner's state, or `error` where an attribute is wrong or this browser cannot mine. */
export type MinerElementState = MinerState | "error";

/** Milliseconds between two changes of the status that are of figures alone. */
const FIGURES_MS = 5000;

const AT_REST: ReadonlySet<MinerState> = new Set(["idle", "stopped", "failed"]);

/**
 * A panel that mines on a visitor's click, and always says for whom: `<aion-miner pool="wss://…" account="0xa0…"
 * owner="Example Library">`.
 *
 * | attribute | |
 * |---|---|
 * | `pool` | one address or several, separated by spaces, in order of preference; `/pool/NAME` is on the page's server |
 * | `account` | who is mined for: 0xa0 and 62 hex digits; shown |
 * | `owner` | whose account that is, in words; shown beside it |
 * | `rig`, `password` | a name for this miner, and the pool's password, where the pool reads them |
 * | `threads`, `throttle`, `backend` | as in `MinerOptions` |
 * | `pause-on-battery`, `allow-mobile` | as in `MinerPolicies`; the other policies are as they are by default |
 * | `worker-url`, `gpu-worker-url`, `wasm-base` | likewise; relative to the page |
 * | `state` | written by the element, for styles: a {@link MinerElementState} |
 *
 * A changed `throttle` counts at once. Any other change stops, since a visitor agreed to what was shown before; so does
 * leaving the document. Events that bubble: `miner-state`, `miner-share`, `miner-stats`, `miner-pause`, `miner-error`, with the details
 * that a `Miner` tells. The default slot is for the page's own words. Parts: `panel`, `receiver`, `owner`, `account`,
 * `usage`, `notice`, `faults`, `button`, `status`. Custom properties: `--aion-accent`, `--aion-on-accent`,
 * `--aion-ground`, `--aion-ink`, `--aion-quiet`, `--aion-line`, `--aion-bad`, `--aion-radius`.
 */
export class MinerElement extends Base {
  /** @internal Read by the browser. */
  static readonly observedAttributes: readonly string[] = ATTRIBUTES;

  readonly #owner = made("span", "owner");
  readonly #account = made("span", "account");
  readonly #receiver = made("p", "receiver");
  readonly #usage = made("p", "usage");
  readonly #notice = made("p", "notice");
  readonly #faults = made("ul", "faults");
  readonly #button = made("button", "button");
  readonly #status = new StatusLine(FIGURES_MS);
  readonly #environment = capabilities();
  #settings: Settings | undefined;
  #miner: Miner | undefined;
  /** Miners that others have taken the place of, until they have ended. */
  readonly #replaced = new Set<Promise<void>>();
  #trouble: Trouble | null = null;

  /** Made by the browser for the tag, or by `document.createElement`. Starts nothing. */
  constructor() {
    super();
    this.#receiver.append("Mines Aion for ", this.#owner, ", account ", this.#account);
    this.#button.type = "button";
    this.#button.addEventListener("click", (event) => {
      if (this.#running) void this.stop();
      // Whatever else a script may do, it does not start mining.
      else if (event.isTrusted) void this.#start();
    });
    const status = made("p", "status");
    status.setAttribute("role", "status");
    status.setAttribute("aria-live", "polite");
    status.append(this.#status.node);
    const panel = made("section", "panel");
    panel.setAttribute("aria-label", "Aion miner");
    panel.append(
      document.createElement("slot"),
      this.#receiver,
      this.#usage,
      this.#notice,
      this.#faults,
      this.#button,
      status,
    );
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [styleSheet()];
    root.append(panel);
  }

  /** Where the miner is in its life. */
  get state(): MinerState {
    return this.#miner?.state ?? "idle";
  }

  /** Why it pauses; empty where it does not. */
  get pauseReasons(): readonly PauseReason[] {
    return this.#miner?.pauseReasons ?? [];
  }

  /** What was done since the attributes last changed. */
  get stats(): MinerStats {
    return this.#miner?.stats ?? new StatsCounter().at(0);
  }

  /** Stops mining; resolves when no worker is left. There is no method to start: only a person does that. */
  async stop(): Promise<void> {
    await Promise.all([this.#miner?.stop(), ...this.#replaced]);
  }

  /** @internal Called by the browser. */
  connectedCallback(): void {
    this.#readAttributes();
  }

  /** @internal Called by the browser. */
  disconnectedCallback(): void {
    void this.stop();
  }

  /** @internal Called by the browser. */
  attributeChangedCallback(name: string): void {
    if (this.isConnected) this.#readAttributes(name === "throttle");
  }

  get #running(): boolean {
    return !AT_REST.has(this.state);
  }

  /** Drops the miner, since it is for other attributes, but where only its throttle has changed. */
  #readAttributes(onlyThrottle = false): void {
    const settings = readSettings((name) => this.getAttribute(name), this.baseURI);
    this.#settings = settings;
    if (this.#miner !== undefined && onlyThrottle && settings.faults.length === 0)
      this.#miner.throttle = settings.options.throttle ?? 1;
    else this.#drop();
    this.#owner.textContent = settings.owner;
    this.#account.textContent = settings.account;
    this.#receiver.hidden = settings.owner === "" && settings.account === "";
    this.#faults.replaceChildren(
      ...settings.faults.map((fault) => {
        const item = document.createElement("li");
        item.textContent = fault;
        return item;
      }),
    );
    this.#show();
  }

  #drop(): void {
    const ended = this.#miner?.stop();
    this.#miner = undefined;
    this.#trouble = null;
    if (ended === undefined) return;
    this.#replaced.add(ended);
    void ended.then(() => this.#replaced.delete(ended));
  }

  async #start(): Promise<void> {
    const settings = this.#settings;
    if (settings === undefined || this.#impossible) return;
    this.#trouble = null;
    const miner = (this.#miner ??= this.#make(settings));
    try {
      await miner.start();
    } catch (error) {
      if (!(error instanceof MinerError || error instanceof StratumError)) throw error;
      if (error.code !== "stopped") this.#meet(miner, { error, retryInMs: null, pool: null });
    }
  }

  #make({ options }: Settings): Miner {
    const miner = new Miner(options);
    miner.addEventListener("state", ({ detail }) => {
      if (miner === this.#miner && detail.state === "mining") this.#trouble = null;
      this.#tell("miner-state", detail);
      if (miner === this.#miner) this.#show();
    });
    miner.addEventListener("share", ({ detail }) => {
      this.#tell("miner-share", detail);
    });
    miner.addEventListener("stats", ({ detail }) => {
      this.#tell("miner-stats", detail);
      if (miner === this.#miner) this.#show();
    });
    miner.addEventListener("pause", ({ detail }) => {
      this.#tell("miner-pause", detail);
      if (miner === this.#miner) this.#show();
    });
    miner.addEventListener("error", ({ detail }) => {
      this.#meet(miner, detail);
    });
    return miner;
  }

  #meet(miner: Miner, trouble: MinerEvents["error"]): void {
    if (miner === this.#miner) this.#trouble = trouble;
    this.#tell("miner-error", trouble);
    if (miner === this.#miner) this.#show();
  }

  /** Prefixed, because an event named `error` that bubbles would be taken for a page's own by whatever watches it. */
  #tell(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  get #impossible(): boolean {
    return (this.#settings?.faults.length ?? 0) > 0 || (noticeWords(this.#environment)?.prevents ?? false);
  }

  #show(): void {
    const notice = noticeWords(this.#environment);
    const running = this.#running;
    const impossible = this.#impossible && !running;
    const { state, stats, pauseReasons } = this;
    this.#notice.textContent = notice?.text ?? "";
    this.#notice.hidden = notice === null;
    this.#usage.textContent = usageWords(this.#settings?.options ?? {}, this.#environment);
    this.#usage.hidden = impossible;
    this.#button.textContent = running ? "Stop mining" : "Start mining";
    this.#button.classList.toggle("running", running);
    this.#button.disabled = impossible || state === "stopping";
    const pool = this.#miner?.pool ?? null;
    const words = statusWords({ state, pool, stats, pauseReasons, trouble: this.#trouble });
    this.#status.show(impossible ? "Mining is not possible here." : words);
    this.setAttribute("state", impossible ? "error" : state);
  }
}

function made<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  part: string,
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  element.setAttribute("part", part);
  return element;
}
