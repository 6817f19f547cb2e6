import uPlot from "uplot";
import { element, make } from "./elements.js";
import { elapsed, SessionHistory } from "./session-history.js";

// In the page's own unit, so that the chart grows with its text.
const HEIGHT_REM = 13;
const AXIS_FONT_REM = 0.75;
// Before there is more, an axis that is not all noise.
const LEAST_SECONDS = 60;
const LEAST_SHARES = 4;

/** The session as a chart, a sentence and a table; each second has its place in all three. */
export class SessionChart {
  readonly #place = element("chart", HTMLElement);
  readonly #said = element("chart-said", HTMLElement);
  readonly #at = element("chart-at", HTMLElement);
  readonly #rows = element("chart-rows", HTMLElement);
  readonly #details = element("chart-details", HTMLDetailsElement);
  readonly #plot: uPlot;
  #history = new SessionHistory();
  #began = 0;

  constructor() {
    this.#plot = new uPlot(
      options(this.#place.clientWidth, (at) => {
        this.#tell(at);
      }),
      [[0], [null], [null]],
      this.#place,
    );
    new ResizeObserver(() => {
      this.#plot.setSize({ width: this.#place.clientWidth, height: HEIGHT_REM * rem() });
    }).observe(this.#place);
    // The colours are read when it draws.
    for (const query of ["(prefers-color-scheme: dark)", "(forced-colors: active)"])
      matchMedia(query).addEventListener("change", () => {
        this.#plot.redraw(false, true);
      });
    this.#details.addEventListener("toggle", () => {
      this.#showRows();
    });
    this.#said.textContent = this.#history.said;
  }

  /** A new session begins, at `now` in milliseconds of a clock that never goes back. */
  begin(now: number): void {
    this.#began = now;
    this.#history = new SessionHistory();
    this.add(now, 0, 0);
  }

  /** What holds at `now`. */
  add(now: number, rate: number, accepted: number): void {
    this.#history.add({ seconds: (now - this.#began) / 1000, rate, accepted });
    const { moments, said } = this.#history;
    this.#plot.setData([
      moments.map(({ seconds }) => seconds),
      moments.map((moment) => moment.rate),
      moments.map((moment) => moment.accepted),
    ]);
    this.#said.textContent = said;
    this.#showRows();
  }

  #tell(at: number | null | undefined): void {
    const moment = at === null || at === undefined ? undefined : this.#history.moments[at];
    this.#at.textContent =
      moment === undefined
        ? ""
        : `${elapsed(moment.seconds)}: ${moment.rate.toFixed(2)} Sol/s, ${moment.accepted} accepted`;
  }

  #showRows(): void {
    if (!this.#details.open) return;
    this.#rows.replaceChildren(
      ...this.#history.rows.map(({ seconds, rate, accepted }) => {
        const row = make("tr");
        const after = make("th", elapsed(seconds));
        after.scope = "row";
        row.append(after, make("td", rate.toFixed(2)), make("td", String(accepted)));
        return row;
      }),
    );
  }
}

function options(width: number, tell: (at: number | null | undefined) => void): uPlot.Options {
  const axis = {
    font: `${AXIS_FONT_REM * rem()}px system-ui, sans-serif`,
    stroke: () => colour("--quiet"),
    ticks: { show: false },
  };
  const grid = { stroke: () => colour("--line"), width: 1 };
  return {
    width,
    height: HEIGHT_REM * rem(),
    padding: [8, 0, 0, 0],
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, y: false },
    hooks: {
      setCursor: [
        ({ cursor }) => {
          tell(cursor.idx);
        },
      ],
    },
    scales: {
      x: { time: false, range: (_, least, most) => [least, Math.max(most, least + LEAST_SECONDS)] },
      rate: { range: (_, __, most) => [0, most > 0 ? 1.15 * most : 1] },
      shares: { range: (_, __, most) => [0, Math.max(LEAST_SHARES, 1.15 * most)] },
    },
    series: [
      {},
      {
        scale: "rate",
        stroke: () => colour("--accent"),
        fill: () => colour("--accent-wash"),
        width: 2,
        points: { show: false },
      },
      {
        scale: "shares",
        stroke: () => colour("--second"),
        width: 2,
        dash: [5, 4],
        points: { show: false },
        ...(uPlot.paths.stepped !== undefined && { paths: uPlot.paths.stepped({ align: 1 }) }),
      },
    ],
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 1.75 * rem(),
        space: 4.5 * rem(),
        incrs: [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400],
        values: (_, ticks) => ticks.map(elapsed),
      },
      { ...axis, scale: "rate", grid, size: 2.75 * rem(), values: (_, ticks) => ticks.map(short) },
      {
        ...axis,
        scale: "shares",
        // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the enum is in uPlot's types only
        side: 1,
        grid: { show: false },
        size: 2.5 * rem(),
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 100000],
        values: (_, ticks) => ticks.map(short),
      },
    ],
  };
}

/** The page's unit, in CSS pixels. */
function rem(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
}

function short(tick: number): string {
  return tick.toLocaleString("en", { maximumFractionDigits: 1 });
}

/**
 * A colour of the page as numbers. Not by its name: where colours are forced it is a system's, whose name stays when the
 * colour changes, and uPlot sets no colour anew whose text is the same.
 */
function colour(name: string): string {
  const place = element("chart", HTMLElement);
  place.style.color = `var(${name})`;
  return getComputedStyle(place).color;
}
