import { make } from "./elements.js";
import {
  ALL_BITS,
  holds,
  isWithin,
  nodeWords,
  ROOT,
  ROOT_LEVEL,
  step,
  summarise,
  type TreeNode,
  zerosOf,
} from "./proof-tree.js";
import { type Cell, nodeAt, rows } from "./tree-layout.js";

const SVG = "http://www.w3.org/2000/svg";
const ROW = 30;
const GAP = 4;
const CELL = ROW - GAP;
const HEIGHT = (ROOT_LEVEL + 1) * ROW;
// Below this a gap between cells would take more than it shows.
const MIN_WIDTH_FOR_GAP = 4;
const MIN_WIDTH_FOR_LABEL = 30;

/** The tree of a solution, drawn: rows from the leaves at the bottom to the root, bars as high as the zero bits. */
export class TreeView {
  readonly element = make("figure", "", "tree");
  readonly #zeros: Uint16Array;
  readonly #indices: readonly number[] | undefined;
  readonly #svg = document.createElementNS(SVG, "svg");
  readonly #said = make("p", "", "tree-said");
  readonly #zoomIn = button("Zoom in");
  readonly #zoomOut = button("Zoom out");
  #shown = ROOT;
  #selected = ROOT;

  constructor(zeros: Uint16Array, indices?: readonly number[]) {
    this.#zeros = zeros;
    this.#indices = indices;
    const keys = make(
      "p",
      "A click or the arrow keys choose a node; a double click or Enter zooms in on it, Escape zooms out.",
      "note",
    );
    keys.id = "tree-keys";
    const area = make("div", "", "tree-area");
    area.tabIndex = 0;
    area.setAttribute("role", "application");
    area.setAttribute("aria-label", "Tree of the solution");
    area.setAttribute("aria-describedby", keys.id);
    this.#svg.setAttribute("aria-hidden", "true");
    area.append(this.#svg);
    area.addEventListener("keydown", (event) => {
      if (this.#key(event.key)) event.preventDefault();
    });
    this.#svg.addEventListener("click", (event) => {
      this.#select(this.#under(event));
    });
    this.#svg.addEventListener("dblclick", (event) => {
      this.#show(this.#under(event));
    });
    this.#zoomIn.addEventListener("click", () => {
      this.#show(this.#selected);
    });
    this.#zoomOut.addEventListener("click", () => {
      this.#show(step(this.#shown, "ArrowUp") ?? ROOT);
    });
    this.#said.setAttribute("aria-live", "polite");
    const tools = make("div", "", "tree-tools");
    tools.append(this.#zoomIn, this.#zoomOut);
    const caption = make(
      "figcaption",
      "The XOR of the leaves below each node: the bar is as high as its leading zero bits. Each level needs 21 more; the root must be zero in all 210.",
    );
    this.element.append(caption, area, this.#said, tools, keys, levelTable(zeros));
    new ResizeObserver(() => {
      this.#draw();
    }).observe(area);
    // Shown level by level, once; later drawings stand at once.
    this.#svg.classList.add("growing");
    this.#svg.addEventListener("animationend", ({ target }) => {
      if (target === this.#svg.querySelector("g:last-of-type")) this.#svg.classList.remove("growing");
    });
    this.#select(ROOT);
  }

  #key(key: string): boolean {
    if (key === "Enter" || key === "+") this.#show(this.#selected);
    else if (key === "Escape" || key === "-") this.#show(step(this.#shown, "ArrowUp") ?? ROOT);
    else {
      const next = step(this.#selected, key);
      if (next === undefined) return key.startsWith("Arrow");
      this.#select(next);
    }
    return true;
  }

  /** What is not in sight is brought there: the smallest part shown that holds it. */
  #select(node: TreeNode): void {
    this.#selected = node;
    while (!isWithin(node, this.#shown) && !isWithin(this.#shown, node)) {
      this.#shown = step(this.#shown, "ArrowUp") ?? ROOT;
    }
    this.#said.textContent = nodeWords(
      this.#zeros,
      node,
      node.level === 0 ? this.#indices?.[node.place] : undefined,
    );
    this.#draw();
  }

  #show(node: TreeNode): void {
    this.#shown = node;
    this.#select(isWithin(this.#selected, node) ? this.#selected : node);
  }

  #under({ offsetX, offsetY }: MouseEvent): TreeNode {
    const row = Math.min(Math.max(Math.floor(offsetY / ROW), 0), ROOT_LEVEL);
    return nodeAt(this.#shown, this.#svg.clientWidth, offsetX, ROOT_LEVEL - row);
  }

  #draw(): void {
    this.#zoomIn.disabled = same(this.#shown, this.#selected) || this.#shown.level === 0;
    this.#zoomOut.disabled = same(this.#shown, ROOT);
    const width = this.#svg.clientWidth;
    if (width === 0) return;
    this.#svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    const all = rows(this.#shown, width);
    const groups = all.map((cells, level) => {
      const group = document.createElementNS(SVG, "g");
      group.style.setProperty("--step", String(level));
      group.append(...cells.flatMap((cell) => this.#cell(cell)));
      return group;
    });
    this.#svg.replaceChildren(...groups, ...all.flatMap((cells) => this.#outline(cells)));
  }

  #cell({ node, x, width }: Cell): SVGElement[] {
    const found = zerosOf(this.#zeros, node);
    const y = (ROOT_LEVEL - node.level) * ROW;
    const bar = Math.max((CELL * found) / ALL_BITS, 1);
    const gapless = width < MIN_WIDTH_FOR_GAP ? width : width - 1;
    const tone = holds(this.#zeros, node) ? "" : " failing";
    const parts = [
      shape("rect", { x, y, width: gapless, height: CELL, class: `ground${tone}` }),
      shape("rect", { x, y: y + CELL - bar, width: gapless, height: bar, class: `bar${tone}` }),
    ];
    if (width >= MIN_WIDTH_FOR_LABEL) {
      // In the larger of the two parts of the cell, so that it is read on one colour.
      const onBar = bar > CELL / 2;
      const middle = onBar ? y + CELL - bar / 2 : y + (CELL - bar) / 2;
      const label = shape("text", { x: x + width / 2, y: middle, class: onBar ? "on-bar" : "" });
      label.textContent = String(found);
      parts.push(label);
    }
    return parts;
  }

  #outline(cells: readonly Cell[]): SVGElement[] {
    const cell = cells.find(({ node }) => same(node, this.#selected));
    if (cell === undefined) return [];
    const y = (ROOT_LEVEL - cell.node.level) * ROW;
    const width = Math.max(cell.width - 3, 1);
    return [shape("rect", { x: cell.x + 1, y: y + 1, width, height: CELL - 2, class: "selected" })];
  }
}

/** The same tree in words and numbers. */
function levelTable(zeros: Uint16Array): HTMLElement {
  const table = make("table");
  const head = make("tr");
  head.append(...["Level", "Nodes", "Wanted", "Fewest", "Most", "Too few"].map((text) => make("th", text)));
  for (const cell of head.children) cell.setAttribute("scope", "col");
  const body = make("tbody");
  for (const { level, nodes, wanted, fewest, most, failing } of summarise(zeros)) {
    const row = make("tr");
    const name = make("th", level === 0 ? "Leaves" : level === ROOT_LEVEL ? "Root" : String(level));
    name.scope = "row";
    const counts = [nodes, wanted, fewest, most].map((count) => make("td", String(count)));
    row.append(name, ...counts, make("td", String(failing), failing > 0 ? "bad" : ""));
    body.append(row);
  }
  const top = make("thead");
  top.append(head);
  table.append(make("caption", "Leading zero bits, level by level"), top, body);
  const details = make("details");
  details.append(make("summary", "The tree as a table"), table);
  return details;
}

function button(text: string): HTMLButtonElement {
  const made = make("button", text, "quiet");
  made.type = "button";
  return made;
}

function shape(name: "rect" | "text", attributes: Record<string, string | number>): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

function same(a: TreeNode, b: TreeNode): boolean {
  return a.level === b.level && a.place === b.place;
}
