/** Numbers from `start` up to, not including, `end`. */
interface Span {
  start: bigint;
  end: bigint;
}

// A pool that hands out ever new extraNonce1 must not make the page's memory grow.
const MAX_SPANS = 4096;

/**
 * The nonces that were given out, as 256-bit numbers. Spans that do not touch, in order: a session takes a few for each
 * extraNonce1, one after the other, so there are about as many spans as there were extraNonce1.
 */
export class UsedNonces {
  readonly #spans: Span[] = [];
  readonly #most: number;

  /** `most`: how many spans are kept. Beyond that the smallest gap between two counts as used, which wastes nonces and
   * never gives one twice. */
  constructor(most: number = MAX_SPANS) {
    this.#most = most;
  }

  /** Marks one nonce. */
  add(nonce: bigint): void {
    const at = this.#firstEndingAfter(nonce - 1n);
    const before = this.#spans[at];
    if (before !== undefined && before.start <= nonce) {
      if (before.end === nonce) before.end++;
    } else if (before?.start === nonce + 1n) {
      before.start--;
    } else {
      this.#spans.splice(at, 0, { start: nonce, end: nonce + 1n });
    }
    const next = this.#spans[at + 1];
    const grown = this.#spans[at];
    if (grown !== undefined && next?.start === grown.end) this.#join(at);
    if (this.#spans.length > this.#most) this.#join(this.#smallestGap());
  }

  /** The first unused nonce from `from` up to, not including, `to`. */
  firstFree(from: bigint, to: bigint): bigint | undefined {
    const span = this.#spans[this.#firstEndingAfter(from)];
    // Spans never touch, so what follows one is free.
    const free = span !== undefined && span.start <= from ? span.end : from;
    return free < to ? free : undefined;
  }

  /** The end of the first span that has a nonce from `from` up to, not including, `to`. */
  firstEnd(from: bigint, to: bigint): bigint | undefined {
    const span = this.#spans[this.#firstEndingAfter(from)];
    return span !== undefined && span.start < to ? span.end : undefined;
  }

  /** The index of the first span that ends after `nonce`. */
  #firstEndingAfter(nonce: bigint): number {
    let low = 0;
    let high = this.#spans.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const span = this.#spans[middle];
      if (span !== undefined && span.end > nonce) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Makes the span at `index` and the next one a single span. */
  #join(index: number): void {
    const [span, next] = this.#spans.slice(index, index + 2);
    if (span === undefined || next === undefined) return;
    span.end = next.end;
    this.#spans.splice(index + 1, 1);
  }

  #smallestGap(): number {
    let smallest = 0;
    let width: bigint | undefined;
    for (const [index, span] of this.#spans.entries()) {
      const next = this.#spans[index + 1];
      if (next === undefined || (width !== undefined && next.start - span.end >= width)) continue;
      smallest = index;
      width = next.start - span.end;
    }
    return smallest;
  }
}
