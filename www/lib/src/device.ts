/** What a browser says of the machine it runs on. */
interface Machine {
  readonly navigator?: {
    readonly userAgentData?: { readonly mobile: boolean };
    readonly deviceMemory?: number;
  };
  matchMedia?(query: string): { readonly matches: boolean };
}

const GIB = 2 ** 30;

/** A machine that is touched and has no more memory than this is taken for a tablet. */
const TABLET_MEMORY = 4 * GIB;

/** The machine's memory in bytes, as far as the browser says: rounded, and bounded above. Null where it does not. */
export function deviceMemory(): number | null {
  const { navigator } = globalThis as Machine;
  return navigator?.deviceMemory === undefined ? null : navigator.deviceMemory * GIB;
}

/**
 * True on a phone or a tablet. Where the browser says that it is a mobile one, that is believed. Tablets say they are none,
 * and some browsers say nothing: there, a machine that is touched and has no finer pointer is one, unless it is known to
 * have more memory than 4 GiB.
 */
export function isMobile(): boolean {
  const machine = globalThis as Machine;
  if (machine.navigator?.userAgentData?.mobile === true) return true;
  const matches = (query: string): boolean => machine.matchMedia?.(query).matches ?? false;
  const touched = matches("(pointer: coarse)") && !matches("(any-pointer: fine)");
  return touched && (deviceMemory() ?? 0) <= TABLET_MEMORY;
}
