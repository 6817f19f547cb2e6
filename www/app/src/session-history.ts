/** A moment of a session. */
export interface Moment {
  /** Since the session began. */
  readonly seconds: number;
  /** Solutions per second. */
  readonly rate: number;
  /** Accepted shares so far. */
  readonly accepted: number;
}

/** The most moments that are kept: as many as a chart has room to show apart. */
export const MAX_MOMENTS = 600;

const TABLE_ROWS = 12;

/**
 * A session from its beginning in bounded memory: when there are too many moments, two neighbours become one, and from then
 * on twice as many are taken together.
 */
export class SessionHistory {
  #kept: Moment[] = [];
  #open: Moment[] = [];
  #together = 1;

  /** The moments in their order, the newest last. */
  get moments(): readonly Moment[] {
    return this.#open.length === 0 ? this.#kept : [...this.#kept, merged(this.#open)];
  }

  add(moment: Moment): void {
    this.#open.push(moment);
    if (this.#open.length < this.#together) return;
    this.#kept.push(merged(this.#open));
    this.#open = [];
    if (this.#kept.length < MAX_MOMENTS) return;
    this.#kept = pairs(this.#kept).map(merged);
    this.#together *= 2;
  }

  /** The whole in a sentence, for those who do not see the chart. */
  get said(): string {
    const { moments } = this;
    const last = moments.at(-1);
    if (last === undefined) return "The chart begins when mining does.";
    const rates = moments.map(({ rate }) => rate);
    const [least, most] = [Math.min(...rates).toFixed(2), Math.max(...rates).toFixed(2)];
    const between = least === most ? most : `between ${least} and ${most}`;
    const shares = `${last.accepted} accepted ${last.accepted === 1 ? "share" : "shares"}`;
    return `${elapsed(last.seconds)} so far: ${between} solutions per second, ${shares}.`;
  }

  /** At most twelve moments, evenly spread, the newest among them. */
  get rows(): readonly Moment[] {
    const { moments } = this;
    const step = Math.max(1, moments.length / TABLE_ROWS);
    const rows: Moment[] = [];
    for (let end = moments.length; end > 0.5; end -= step) {
      const moment = moments[Math.round(end) - 1];
      if (moment !== undefined) rows.unshift(moment);
    }
    return rows;
  }
}

/** Seconds as a clock shows them: 0:07, 12:30, 1:02:03. */
export function elapsed(seconds: number): string {
  const whole = Math.floor(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const two = (number: number): string => String(number).padStart(2, "0");
  return hours === 0 ? `${minutes}:${two(whole % 60)}` : `${hours}:${two(minutes)}:${two(whole % 60)}`;
}

/** Several moments as one: their last time and count, their mean rate. */
function merged(moments: readonly Moment[]): Moment {
  const last = moments.at(-1);
  if (last === undefined) throw new Error("no moments to merge");
  return { ...last, rate: moments.reduce((sum, { rate }) => sum + rate, 0) / moments.length };
}

function pairs(moments: readonly Moment[]): Moment[][] {
  return Array.from({ length: Math.ceil(moments.length / 2) }, (_, i) => moments.slice(2 * i, 2 * i + 2));
}
