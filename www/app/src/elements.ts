import { StatusLine } from "aion-web-miner";

/** The element of that id. The page's own HTML has it, or the page is broken. */
export function element<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${kind.name} #${id}`);
  return found;
}

/** The live region of that id, as a line that says one thing at a time. */
export function statusLine(id: string, figuresMs?: number): StatusLine {
  const line = new StatusLine(figuresMs);
  element(id, HTMLElement).replaceChildren(line.node);
  return line;
}

/** A new element with text in it. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  text = "",
  className = "",
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  if (text !== "") made.textContent = text;
  if (className !== "") made.className = className;
  return made;
}
