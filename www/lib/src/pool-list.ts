/**
 * The pools of a client in their order, and which one the next try goes to. A try that failed moves on to the next, from
 * the last to the first; a pool that has refused for good is passed over from then on.
 */
export class PoolList {
  readonly #addresses: readonly string[];
  readonly #refused = new Set<number>();
  #index = 0;

  /** `addresses`: at least one, the preferred first. */
  constructor(addresses: readonly string[]) {
    this.#addresses = addresses;
  }

  /** The address of the pool in use, or of the next try. */
  get current(): string {
    return this.address(this.#index);
  }

  /** The pools before the current one that have not refused, in order. */
  get earlier(): readonly number[] {
    return this.#addresses.flatMap((_, index) =>
      index < this.#index && !this.#refused.has(index) ? [index] : [],
    );
  }

  /** The address at an index that this list gave. */
  address(index: number): string {
    const address = this.#addresses[index];
    if (address === undefined) throw new Error(`there is no pool ${index}`);
    return address;
  }

  /** Makes the pool at that index the current one. */
  select(index: number): void {
    this.#index = index;
  }

  /** On to the next pool that has not refused; stays where that is the only one. */
  advance(): void {
    for (let step = 1; step <= this.#addresses.length; step++) {
      const index = (this.#index + step) % this.#addresses.length;
      if (this.#refused.has(index)) continue;
      this.#index = index;
      return;
    }
  }

  /** The pool at that index is not to be tried again; false where none is left that may be. */
  refuse(index = this.#index): boolean {
    this.#refused.add(index);
    return this.#refused.size < this.#addresses.length;
  }

  /**
   * The pool that a proxy means by a path, `/pool/NAME`: the one at the host of the current pool whose address ends in it.
   * Undefined for any other text, and where this list has no such pool or it has refused.
   */
  at(path: string): number | undefined {
    if (!/^\/pool\/[^/]+$/.test(path)) return undefined;
    const here = new URL(this.current).host;
    const found = this.#addresses.findIndex((address, index) => {
      const { host, pathname } = new URL(address);
      return host === here && pathname.endsWith(path) && !this.#refused.has(index);
    });
    return found === -1 ? undefined : found;
  }
}
