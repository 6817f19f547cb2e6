import { init, solutionTree, verifyBlock, verifyJson, type VerifyResult } from "aion-web-miner";
import { blockLink, isBlockLink, LINK_LIMIT, linkedBlock } from "./block-link.js";
import { element, make, statusLine } from "./elements.js";
import { NodeForm } from "./node-form.js";
import { ALL_BITS, ROOT, zerosOf } from "./proof-tree.js";
import { resultItem } from "./result-view.js";
import { fromHex, sealsIn } from "./seal.js";
import type { Tabs } from "./tabs.js";
import { TreeView } from "./tree-view.js";

// Far more than a block needs; a file beyond it was chosen by mistake.
const MAX_TEXT = 16 * 2 ** 20;
const MAX_SHOWN = 200;

/** The Verify tab: text, a file, a node's answer or a link in, a verdict per block out. */
export class VerifyPanel {
  readonly #panel = element("panel-verify", HTMLElement);
  readonly #text = element("block", HTMLTextAreaElement);
  readonly #file = element("file", HTMLInputElement);
  readonly #status = statusLine("verify-status");
  readonly #results = element("results", HTMLElement);
  readonly #nodes = new NodeForm();

  start(tabs: Tabs): void {
    element("verify-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#take(this.#text.value);
    });
    this.#file.addEventListener("change", () => {
      void this.#read(this.#file.files?.[0]);
    });
    this.#nodes.start((text) => this.#take(text));
    this.#takeDrops();
    const follow = (): void => {
      if (!isBlockLink(location.hash)) return;
      tabs.open("verify");
      void this.#follow(location.hash);
    };
    addEventListener("hashchange", follow);
    follow();
  }

  /** To be told when the tab opens: only then is the server asked for its nodes. */
  opened(): void {
    this.#nodes.offer();
  }

  #takeDrops(): void {
    const mark = (on: boolean): void => {
      this.#panel.classList.toggle("dropping", on);
    };
    this.#panel.addEventListener("dragover", (event) => {
      event.preventDefault();
      mark(true);
    });
    this.#panel.addEventListener("dragleave", () => {
      mark(false);
    });
    this.#panel.addEventListener("drop", (event) => {
      event.preventDefault();
      mark(false);
      const [file] = event.dataTransfer?.files ?? [];
      const text = event.dataTransfer?.getData("text/plain") ?? "";
      if (file !== undefined) {
        void this.#read(file);
      } else if (text !== "") {
        void this.#take(text);
      }
    });
  }

  async #read(file: File | undefined): Promise<void> {
    if (file === undefined) return;
    if (file.size > MAX_TEXT) {
      this.#refuse(`${file.name} has ${file.size} bytes; at most ${MAX_TEXT} are read.`);
      return;
    }
    const text = await file.text();
    this.#file.value = "";
    await this.#take(text);
  }

  /** Verifies what a visitor brought. The address then no longer carries what a link brought before. */
  #take(text: string): Promise<void> {
    if (isBlockLink(location.hash)) history.replaceState(null, "", "#verify");
    this.#text.value = text;
    return this.#verify(text);
  }

  async #follow(fragment: string): Promise<void> {
    try {
      this.#text.value = await linkedBlock(fragment);
    } catch (error) {
      this.#refuse(`The link cannot be read: ${words(error)}.`);
      return;
    }
    await this.#verify(this.#text.value);
  }

  async #verify(text: string): Promise<void> {
    if (text.trim() === "") {
      this.#refuse("There is nothing to verify: paste a block or choose a file.");
      return;
    }
    try {
      await init();
      const results = verifyJson(text);
      const [first] = results;
      if (results.length === 1 && first !== undefined) await this.#showOne(text, first);
      else
        this.#results.replaceChildren(
          ...results.slice(0, MAX_SHOWN).map((result) => resultItem(result, false)),
        );
      this.#status.show(summary(results.map(({ ok }) => ok)));
    } catch (error) {
      this.#refuse(`Cannot be read: ${words(error)}`);
    }
  }

  async #showOne(text: string, verdict: VerifyResult): Promise<void> {
    const parsed: unknown = JSON.parse(text);
    const [block, result]: [unknown, VerifyResult] = Array.isArray(parsed)
      ? [(parsed as unknown[])[0], verdict]
      : [parsed, verifyBlock(text, { indices: true })];
    const item = resultItem(result, true);
    const tree = treeOf(block, result);
    if (tree !== undefined) item.append(make("h4", "The tree of the solution", "left-open"), tree.element);
    if (result.checks !== undefined) item.append(await linkTo(text));
    this.#results.replaceChildren(item);
  }

  #refuse(text: string): void {
    this.#results.replaceChildren();
    this.#status.show(text);
  }
}

/** The tree of a block's solution; none where it has no mine hash, or not a solution's length. */
function treeOf(block: unknown, { mineHash, equihash, indices }: VerifyResult): TreeView | undefined {
  const header = fromHex(mineHash ?? "");
  if (mineHash === undefined || header === undefined) return undefined;
  const trees = sealsIn(block).flatMap(({ nonce, solution }) => {
    try {
      return [solutionTree(header, nonce, solution)];
    } catch {
      return [];
    }
  });
  // Of two readings of a nonce, the one that the verdict is about.
  const tree = trees.find((zeros) => (zerosOf(zeros, ROOT) === ALL_BITS) === equihash) ?? trees[0];
  return tree === undefined ? undefined : new TreeView(tree, indices);
}

async function linkTo(text: string): Promise<HTMLElement> {
  const fragment = await blockLink(text);
  if (fragment === undefined) {
    return make("p", `Too large for a link, which has at most ${LINK_LIMIT} characters.`, "note");
  }
  const link = make("a", "Link to this block");
  link.href = fragment;
  const line = make("p", "", "link");
  line.append(link, " – the whole block is in the address, after the #; no server is sent it.");
  return line;
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** How many of the verdicts are what. */
export function summary(verdicts: readonly (boolean | null)[]): string {
  if (verdicts.length === 0) return "The text holds no block.";
  const count = (wanted: boolean | null): number => verdicts.filter((ok) => ok === wanted).length;
  const parts: string[] = [];
  for (const [wanted, words] of [
    [true, "valid"],
    [false, "not valid"],
    [null, "nothing to judge"],
  ] as const) {
    if (count(wanted) > 0) parts.push(`${count(wanted)} ${words}`);
  }
  const shown = verdicts.length > MAX_SHOWN ? ` The first ${MAX_SHOWN} are shown.` : "";
  return `${verdicts.length} ${verdicts.length === 1 ? "item" : "items"}: ${parts.join(", ")}.${shown}`;
}
