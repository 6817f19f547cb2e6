/**
 * Importing this defines `<aion-block-proof>`, a badge that checks a block in the visitor's browser. Where there is no DOM,
 * importing it does nothing.
 *
 * @module aion-pow-verify/element
 */
import { init, verifyBlock, type VerifyResult } from "./index.js";

/** The element's name. Importing this module defines it. */
export const BLOCK_PROOF = "aion-block-proof";

/**
 * What a badge shows: `none` where there is no block, or one without a proof of work; `error` where nothing was checked, be it that
 * the verifier did not load, that what came is no block, or that the node sent an error in its place.
 */
export type ProofState = "pending" | "valid" | "invalid" | "none" | "error";

// Outside of browsers there is nothing to extend; importing must not fail there.
const Base =
  (globalThis as { HTMLElement?: typeof HTMLElement }).HTMLElement ??
  (Object as unknown as typeof HTMLElement);

const STYLE = `
:host { display: inline-block; position: relative; font: inherit; }
:host([hidden]) { display: none; }
summary { display: inline-flex; gap: 0.4em; align-items: baseline; padding: 0.15em 0.6em; border: 1px solid;
  border-radius: 1em; cursor: pointer; list-style: none; font-size: 0.875em; }
summary::-webkit-details-marker { display: none; }
summary:focus-visible { outline: 2px solid; outline-offset: 2px; }
:host([state="valid"]) summary { color: #11703a; color: light-dark(#11703a, #6fcf8f); }
:host([state="invalid"]) summary { color: #a8261c; color: light-dark(#a8261c, #f08a7d); }
[part="details"] { position: absolute; z-index: 1; inset-block-start: calc(100% + 0.4em); inset-inline-start: 0;
  box-sizing: border-box; width: max-content; max-width: min(26rem, 90vw); padding: 0.75em 1em;
  border: 1px solid; border-radius: 0.5em; background: Canvas; color: CanvasText; font-size: 0.875em; }
p, ul { margin: 0; }
p + ul, ul + p { margin-block-start: 0.6em; }
ul { padding: 0; list-style: none; }
li { overflow-wrap: anywhere; }
`;

let sheet: CSSStyleSheet | undefined;

/**
 * A badge that says whether a block's proof of work holds, as checked in this browser: `<aion-block-proof block="…">`.
 *
 * | attribute | |
 * |---|---|
 * | `block` | the block's JSON, in any shape that `verifyBlock` reads; as a property, an object too |
 * | `wasm-url` | where the verifier's wasm is, if not beside the script |
 * | `state` | written by the element, for styles: a {@link ProofState} |
 *
 * Parts for styles: `badge`, `mark`, `text`, `details`. The event `verified` carries the result, where there is one.
 */
export class BlockProofElement extends Base {
  /** @internal Read by the browser. */
  static readonly observedAttributes = ["block", "wasm-url"];

  readonly #mark = part("span", "mark");
  readonly #text = part("span", "text");
  readonly #badge = part("summary", "badge");
  readonly #details = part("div", "details");
  readonly #fold = part("details", "fold");
  #block: string | object | null = null;
  #turn = 0;

  /** Made by the browser for the tag, or by `document.createElement`. Checks nothing before it is in a document. */
  constructor() {
    super();
    this.#mark.setAttribute("aria-hidden", "true");
    this.#badge.append(this.#mark, this.#text);
    this.#fold.append(this.#badge, this.#details);
    const root = this.attachShadow({ mode: "open" });
    // By script, since a page's policy may forbid style elements.
    sheet ??= makeSheet();
    root.adoptedStyleSheets = [sheet];
    root.append(this.#fold);
    this.#fold.addEventListener("keydown", ({ key }) => {
      if (key !== "Escape" || !this.#fold.open) return;
      this.#fold.open = false;
      this.#badge.focus();
    });
    this.#fold.addEventListener("focusout", ({ relatedTarget }) => {
      if (relatedTarget instanceof Node && !this.contains(relatedTarget)) this.#fold.open = false;
    });
  }

  /** The block, as JSON or as the object parsed from it; null for none. */
  get block(): string | object | null {
    return this.#block;
  }

  /** Another block is checked at once where the badge is in a document, and takes the place of one that is being checked. */
  set block(block: string | object | null) {
    this.#block = block;
    if (this.isConnected) void this.#check();
  }

  /** @internal Called by the browser. */
  connectedCallback(): void {
    // A property that was set before this class was there hides the one of the class.
    if (Object.hasOwn(this, "block")) {
      const { block } = this;
      Reflect.deleteProperty(this, "block");
      this.#block = block;
    }
    void this.#check();
  }

  /** @internal Called by the browser. */
  attributeChangedCallback(name: string, _: string | null, value: string | null): void {
    if (name === "block") this.#block = value;
    if (this.isConnected) void this.#check();
  }

  async #check(): Promise<void> {
    const turn = ++this.#turn;
    const block = this.#block;
    if (block === null || block === "") {
      this.#show("none", "No block", "No block was given to this badge.");
      return;
    }
    this.#show("pending", "Checking the proof of work…", "The verifier is loading.");
    let result: VerifyResult;
    try {
      await init(this.getAttribute("wasm-url") ?? undefined);
      // Another block came, or the badge left the page.
      if (turn !== this.#turn || !this.isConnected) return;
      result = verifyBlock(block);
    } catch (error) {
      if (turn !== this.#turn) return;
      const why = error instanceof Error ? error.message : String(error);
      this.#show("error", "Proof of work not checked", `It could not be checked: ${why}`);
      return;
    }
    const [state, text] = badgeOf(result);
    this.#show(state, text, ...sentencesOf(result));
    this.dispatchEvent(new CustomEvent("verified", { detail: result, bubbles: true, composed: true }));
  }

  #show(state: ProofState, text: string, ...said: (string | string[])[]): void {
    this.setAttribute("state", state);
    this.#badge.setAttribute("aria-busy", String(state === "pending"));
    this.#mark.textContent = { pending: "…", valid: "✓", invalid: "✗", none: "–", error: "!" }[state];
    this.#text.textContent = text;
    this.#details.replaceChildren(
      ...said.map((one) => (typeof one === "string" ? made("p", one) : list(one))),
    );
  }
}

function badgeOf({ ok, reason }: VerifyResult): [ProofState, string] {
  if (ok === true) return ["valid", "Proof of work checked by your browser"];
  // What came is no block, or an answer in place of one: that says nothing of a proof.
  if (reason === "malformed") return ["error", "Not a block that can be read"];
  if (reason === "rpc-error") return ["error", "No block came from the node"];
  if (ok === false) return ["invalid", "Proof of work not valid"];
  return ["none", reason === "not-proof-of-work" ? "Not a proof-of-work block" : "No such block"];
}

function sentencesOf({ ok, reason, detail, checks, notChecked }: VerifyResult): (string | string[])[] {
  const verdict =
    ok === true
      ? "Everything below was computed in this tab."
      : `${reason ?? "unknown"}${detail === undefined ? "" : `: ${detail}`}`;
  const steps = (checks ?? []).map(({ name, ok, detail }) => `${ok ? "✓" : "✗"} ${spaced(name)}: ${detail}`);
  const open = (notChecked ?? []).map(({ name, detail }) => `${spaced(name)}: ${detail}`);
  return [verdict, ...(steps.length > 0 ? [steps] : []), ...(open.length > 0 ? ["Not checked:", open] : [])];
}

function spaced(name: string): string {
  return name.replaceAll("-", " ");
}

function part<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  part: string,
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  element.setAttribute("part", part);
  return element;
}

function made(name: "p" | "li", text: string): HTMLElement {
  const element = document.createElement(name);
  element.textContent = text;
  return element;
}

function list(lines: readonly string[]): HTMLElement {
  const element = document.createElement("ul");
  element.append(...lines.map((line) => made("li", line)));
  return element;
}

function makeSheet(): CSSStyleSheet {
  const made = new CSSStyleSheet();
  made.replaceSync(STYLE);
  return made;
}

declare global {
  interface HTMLElementTagNameMap {
    "aion-block-proof": BlockProofElement;
  }
}

const registry = (globalThis as { customElements?: CustomElementRegistry }).customElements;
if (registry !== undefined && registry.get(BLOCK_PROOF) === undefined) {
  registry.define(BLOCK_PROOF, BlockProofElement);
}
