/** Nonce and solution of a block, as bytes. */
export interface Seal {
  readonly nonce: Uint8Array;
  readonly solution: Uint8Array;
}

const NONCE_DIGITS = 64;

/**
 * The seals that a block's JSON may mean, the likelier first; none where it has no nonce and solution. There are two where
 * the nonce has lost its leading zeros and its digits can be read as decimal too: old dashboards printed both.
 */
export function sealsIn(block: unknown): Seal[] {
  const { result, nonce, solution } = (block ?? {}) as Record<string, unknown>;
  if (typeof result === "object" && result !== null) return sealsIn(result);
  if (typeof nonce !== "string" || typeof solution !== "string") return [];
  const bytes = fromHex(bare(solution));
  if (bytes === undefined) return [];
  const readings = [bare(nonce)];
  if (/^[0-9]+$/.test(nonce)) readings.push(BigInt(nonce).toString(16));
  return readings.flatMap((digits) => {
    const found = digits.length > NONCE_DIGITS ? undefined : fromHex(digits.padStart(NONCE_DIGITS, "0"));
    return found === undefined ? [] : [{ nonce: found, solution: bytes }];
  });
}

/** The bytes of hex digits; undefined where there are others among them, or an odd number. */
export function fromHex(digits: string): Uint8Array | undefined {
  if (!/^([0-9a-f]{2})*$/i.test(digits)) return undefined;
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function bare(digits: string): string {
  return digits.replace(/^0x/, "");
}
