import { element } from "./elements.js";
import { askNode, blockCall, fetchNodes } from "./nodes.js";

const NOTE = "A number, a block hash, or “latest”. The server that served this page asks the node.";

/** The form that fetches a block from a node; hidden where the server has none. */
export class NodeForm {
  readonly #form = element("node-form", HTMLFormElement);
  readonly #node = element("node", HTMLSelectElement);
  readonly #wanted = element("wanted", HTMLInputElement);
  readonly #fetch = element("fetch", HTMLButtonElement);
  readonly #note = element("wanted-note", HTMLElement);
  #asked = false;

  /** `found` gets the JSON text of a block. */
  start(found: (text: string) => Promise<void>): void {
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#ask(found);
    });
    this.#wanted.addEventListener("input", () => {
      this.#say(NOTE, false);
    });
  }

  /** Asks the server for its nodes, unless it has told them. Where that fails there is no form: pasting needs no node. */
  offer(): void {
    if (this.#asked) return;
    this.#asked = true;
    fetchNodes().then(
      (nodes) => {
        this.#node.replaceChildren(...nodes.map((name) => new Option(name, name)));
        this.#form.hidden = nodes.length === 0;
        this.#say(NOTE, false);
      },
      () => {
        this.#asked = false;
      },
    );
  }

  async #ask(found: (text: string) => Promise<void>): Promise<void> {
    const call = blockCall(this.#wanted.value);
    if (call === undefined) {
      this.#say("This is no block number of at most 64 bits, and no hash of 64 hex digits.", true);
      this.#wanted.focus();
      return;
    }
    const node = this.#node.value;
    this.#fetch.disabled = true;
    this.#say(`Asking ${node}…`, false);
    try {
      const text = await askNode(node, call);
      this.#say(NOTE, false);
      await found(text);
    } catch (error) {
      this.#say(`No block from ${node}: ${error instanceof Error ? error.message : String(error)}.`, true);
    } finally {
      this.#fetch.disabled = false;
    }
  }

  #say(text: string, wrong: boolean): void {
    this.#wanted.setAttribute("aria-invalid", String(wrong));
    this.#note.classList.toggle("bad", wrong);
    if (this.#note.textContent !== text) this.#note.textContent = text;
  }
}
