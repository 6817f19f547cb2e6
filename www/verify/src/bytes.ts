import { VerifyError } from "./result.js";

/** Bytes as they are, or in hex with or without `0x`. */
export type Bytes = Uint8Array | string;

/** The bytes of `value`, of any count; throws a {@link VerifyError} that names it where it is neither bytes nor hex. */
export function toBytes(name: string, value: Bytes): Uint8Array {
  if (typeof value !== "string") {
    // By its tag, since a frame's or a test's Uint8Array is of a class of its own.
    const kind = Object.prototype.toString.call(value);
    if (kind === "[object Uint8Array]") return value;
    throw new VerifyError("bad-argument", `the ${name} is ${kind}, and must be a Uint8Array or hex`);
  }
  const start = value.startsWith("0x") ? 2 : 0;
  const count = (value.length - start) / 2;
  if (!Number.isInteger(count)) {
    throw new VerifyError(
      "bad-argument",
      `the ${name} has ${value.length - start} hex digits, an odd number`,
    );
  }
  const bytes = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const high = digit(value.charCodeAt(start + 2 * i));
    const low = digit(value.charCodeAt(start + 2 * i + 1));
    if ((high | low) < 0) throw new VerifyError("bad-argument", `the ${name} is not hex at byte ${i}`);
    bytes[i] = (high << 4) | low;
  }
  return bytes;
}

/** The bytes of `value`, of which there must be `count`. */
export function exactBytes(name: string, value: Bytes, count: number): Uint8Array {
  const bytes = toBytes(name, value);
  if (bytes.length === count) return bytes;
  throw new VerifyError("bad-argument", `the ${name} has ${bytes.length} bytes, and must have ${count}`);
}

/** The value of a hex digit by its character code; negative where it is none. */
function digit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
