/** The fragment's key: `#block=` and the block's JSON, deflated, in base64url. */
const KEY = "#block=";

/** The longest fragment that is made or taken, in characters. A block without its transactions takes about 4,000. */
export const LINK_LIMIT = 16_384;

/** The longest text that a fragment may hold once it is inflated, in bytes. */
export const LINKED_TEXT_LIMIT = 65_536;

/** Why a fragment holds no block. */
export class LinkError extends Error {
  override readonly name = "LinkError";
}

/** Whether an address' fragment is one of ours. */
export function isBlockLink(fragment: string): boolean {
  return fragment.startsWith(KEY);
}

/** The fragment that carries a block's JSON; undefined where the block is too large for one. */
export async function blockLink(text: string): Promise<string | undefined> {
  const bytes = new TextEncoder().encode(withoutSpace(text));
  if (bytes.length > LINKED_TEXT_LIMIT) return undefined;
  const deflated = await collect(piped(bytes, new CompressionStream("deflate-raw")), Infinity);
  const fragment = KEY + toBase64Url(deflated);
  return fragment.length > LINK_LIMIT ? undefined : fragment;
}

/** The JSON that a fragment carries. Rejects with a {@link LinkError} where it carries none, or too much. */
export async function linkedBlock(fragment: string): Promise<string> {
  if (fragment.length > LINK_LIMIT)
    throw new LinkError(`it has ${fragment.length} characters; at most ${LINK_LIMIT} are taken`);
  let bytes: Uint8Array;
  try {
    const deflated = fromBase64Url(fragment.slice(KEY.length));
    bytes = await collect(piped(deflated, new DecompressionStream("deflate-raw")), LINKED_TEXT_LIMIT);
  } catch (cause) {
    if (cause instanceof LinkError) throw cause;
    throw new LinkError("it is cut off or was changed", { cause });
  }
  return new TextDecoder().decode(bytes);
}

// By the text, not by its value: a JavaScript number has not all digits that JSON can.
function withoutSpace(text: string): string {
  return text.replace(/("(?:[^"\\]|\\.)*")|\s+/g, (_, string: string | undefined) => string ?? "");
}

function piped(
  bytes: Uint8Array<ArrayBuffer>,
  through: CompressionStream | DecompressionStream,
): ReadableStream<Uint8Array> {
  return new Blob([bytes]).stream().pipeThrough(through);
}

async function collect(stream: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array> {
  const reader = stream.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.length;
    if (length > limit) {
      await reader.cancel();
      throw new LinkError(`its text has more than ${limit} bytes`);
    }
    parts.push(part.value);
  }
  const whole = new Uint8Array(length);
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}

function toBase64Url(bytes: Uint8Array): string {
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
}
