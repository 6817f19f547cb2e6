import {
  benchmark,
  type BenchmarkResult,
  capabilities,
  defaultThreads,
  MAX_THREADS,
  MinerError,
} from "aion-web-miner";
import { benchmarkReport } from "./benchmark-report.js";
import { element, statusLine } from "./elements.js";
import { noticesFor } from "./environment-notices.js";
import { showMachines } from "./machine-table.js";
import { errorWords, memoryWords, type Mood } from "./mine-words.js";

const STOPPED = new Error("stopped by the person");

/** The Benchmark tab: the solver alone, on a click, and what it measured. */
export class BenchmarkPanel {
  readonly #threads = element("benchmark-threads", HTMLInputElement);
  readonly #button = element("benchmark-run", HTMLButtonElement);
  readonly #state = element("benchmark-state", HTMLElement);
  readonly #status = statusLine("benchmark-status");
  readonly #progress = element("benchmark-progress", HTMLProgressElement);
  readonly #result = element("benchmark-result", HTMLElement);
  readonly #json = element("benchmark-json", HTMLElement);
  readonly #copied = element("benchmark-copied", HTMLElement);
  readonly #busy: () => boolean;
  #running: { readonly abort: AbortController; readonly over: Promise<void> } | undefined;

  /** `busy` says whether the page mines: both at once would measure neither. */
  constructor(busy: () => boolean) {
    this.#busy = busy;
  }

  start(): void {
    const environment = capabilities();
    const most = Math.min(environment.crossOriginIsolated ? environment.processors : 1, MAX_THREADS);
    this.#threads.max = String(most);
    this.#threads.value = String(Math.min(defaultThreads(environment), most));
    element("benchmark-threads-note", HTMLElement).textContent =
      most === 1 ? "Only one here." : `Of ${most} processors.`;
    element("benchmark-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#running !== undefined) void this.stop();
      else this.#begin();
    });
    element("benchmark-copy", HTMLButtonElement).addEventListener("click", () => void this.#copy());
    element("benchmark-download", HTMLButtonElement).addEventListener("click", () => {
      this.#download();
    });
    showMachines();
    const obstacle = noticesFor(environment).find(({ prevents }) => prevents);
    this.#button.disabled = obstacle !== undefined;
    this.#say(
      obstacle?.text ?? "Nothing runs until you press Run the benchmark.",
      obstacle ? "bad" : "still",
    );
  }

  /** Ends a benchmark that runs; resolves when no worker of it is left. */
  async stop(): Promise<void> {
    this.#running?.abort.abort(STOPPED);
    await this.#running?.over;
  }

  #begin(): void {
    if (this.#busy()) {
      this.#say("This page mines just now. Stop that first: both at once would measure neither.", "bad");
      return;
    }
    if (!this.#threads.reportValidity()) return;
    const abort = new AbortController();
    this.#running = { abort, over: this.#run(abort.signal) };
  }

  async #run(signal: AbortSignal): Promise<void> {
    this.#show(true);
    this.#progress.removeAttribute("value");
    this.#say("Loading the solver…", "waiting");
    try {
      const result = await benchmark({
        threads: this.#threads.valueAsNumber,
        signal,
        onProgress: ({ done, total }) => {
          this.#progress.max = total;
          this.#progress.value = done;
          if (done < total) this.#say(`Run ${done + 1} of ${total}…`, "mining");
        },
      });
      this.#present(result);
    } catch (error) {
      if (error === STOPPED) this.#say("Stopped. Nothing was measured.", "still");
      else if (error instanceof MinerError) this.#say(errorWords({ error, retryInMs: null }), "bad");
      else throw error;
    } finally {
      this.#running = undefined;
      this.#show(false);
    }
  }

  #present(result: BenchmarkResult): void {
    const { threads, ms, minMs, maxMs, firstMs, solutionsPerSecond, memoryBytes, correct } = result;
    const figures = {
      rate: solutionsPerSecond.toFixed(2),
      ms: ms.toFixed(0),
      span: `${minMs.toFixed(0)}–${maxMs.toFixed(0)}`,
      first: firstMs.toFixed(0),
      memory: memoryWords(memoryBytes),
    };
    for (const [name, text] of Object.entries(figures))
      element(`benchmark-${name}`, HTMLElement).textContent = text;
    const version = element("version", HTMLElement).textContent;
    this.#json.textContent = benchmarkReport(result, { version, userAgent: navigator.userAgent });
    this.#copied.textContent = "";
    this.#result.hidden = false;
    element("benchmark-share", HTMLElement).hidden = false;
    showMachines(result);
    const on = `on ${threads} ${threads === 1 ? "thread" : "threads"}`;
    if (correct)
      this.#say(`Done: ${figures.ms} ms a run ${on}, and every solution that there is was found.`, "still");
    else
      this.#say(
        `Done, but not every solution was found: this machine computes wrongly. ${figures.ms} ms a run ${on}.`,
        "bad",
      );
  }

  async #copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.#json.textContent);
      this.#copied.textContent = "Copied.";
    } catch {
      // Browsers refuse without a secure context or a permission: then it is marked, to be copied by hand.
      getSelection()?.selectAllChildren(this.#json);
      this.#copied.textContent = "Copying is not allowed here; the text is selected.";
    }
  }

  #download(): void {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([this.#json.textContent], { type: "application/json" }));
    link.download = "aion-benchmark.json";
    link.click();
    URL.revokeObjectURL(link.href);
  }

  #show(running: boolean): void {
    this.#button.textContent = running ? "Stop" : "Run the benchmark";
    this.#button.classList.toggle("running", running);
    this.#threads.disabled = running;
    this.#progress.hidden = !running;
  }

  #say(text: string, mood: Mood): void {
    this.#state.dataset["mood"] = mood;
    this.#status.show(text);
  }
}
