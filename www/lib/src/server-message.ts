import { bytesFromHex } from "./hex.js";
import { StratumError } from "./stratum-error.js";
import { type Hash256, targetFromDifficulty, targetFromHex } from "./target.js";

/** An error as a pool states it. Both families' forms are read: `[code, "text"]` and `{code, message}`. */
export interface PoolError {
  /** The pool's number, where it gave one. */
  readonly code: number | null;
  /** The pool's words, at most 200 characters. */
  readonly message: string;
}

/** One line of a pool, understood. */
export type ServerMessage =
  /** `id` is null where the reply carries none, and NaN where it carries one that was never ours. */
  | {
      readonly kind: "reply";
      readonly id: number | null;
      readonly result: unknown;
      readonly error: PoolError | null;
    }
  | {
      readonly kind: "notify";
      readonly jobId: string;
      readonly clean: boolean;
      readonly target: Hash256;
      readonly headerHash: Uint8Array;
    }
  /** `mining.set_target` (`explicit`) or `mining.set_difficulty`. */
  | { readonly kind: "target"; readonly target: Hash256; readonly explicit: boolean }
  | { readonly kind: "extranonce"; readonly extraNonce1: Uint8Array }
  | { readonly kind: "reconnect"; readonly host: string | null; readonly port: string | null }
  /** A method that this client has no use for. */
  | { readonly kind: "unknown"; readonly method: string };

/** extraNonce1 leaves at least one of the 32 nonce bytes to the miner. */
export const MAX_EXTRA_NONCE_1_BYTES = 31;

const MAX_TEXT = 200;

/** Reads one line. Throws a {@link StratumError} (`bad-line`, `bad-job`, `bad-target` or `bad-extranonce`) that quotes it. */
export function parseServerLine(line: string): ServerMessage {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new StratumError("bad-line", `the pool sent a line that is not JSON: ${quote(line)}`);
  }
  if (!isObject(value))
    throw new StratumError("bad-line", `the pool sent a line that is no JSON object: ${quote(line)}`);
  if (typeof value["method"] === "string") return parseNotification(value["method"], value["params"], line);
  if ("result" in value || "error" in value) {
    return {
      kind: "reply",
      id: replyId(value["id"]),
      result: value["result"],
      error: poolError(value["error"]),
    };
  }
  throw new StratumError("bad-line", `the pool sent neither a method nor a reply: ${quote(line)}`);
}

/** extraNonce1 of 0 to 31 bytes from hex, or undefined. */
export function parseExtraNonce1(value: unknown): Uint8Array | undefined {
  if (typeof value !== "string") return undefined;
  const bytes = bytesFromHex(value);
  return bytes !== undefined && bytes.length <= MAX_EXTRA_NONCE_1_BYTES ? bytes : undefined;
}

/** `text` in quotation marks, cut to a length fit for a message. */
export function quote(text: string): string {
  return JSON.stringify(text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text);
}

function parseNotification(method: string, params: unknown, line: string): ServerMessage {
  const list: readonly unknown[] = Array.isArray(params) ? params : [];
  switch (method) {
    case "mining.notify":
      return parseNotify(list, line);
    case "mining.set_target": {
      const target = typeof list[0] === "string" ? targetFromHex(list[0]) : undefined;
      if (target === undefined)
        throw new StratumError("bad-target", `set_target wants 64 hex digits: ${quote(line)}`);
      return { kind: "target", target, explicit: true };
    }
    case "mining.set_difficulty": {
      const target = parseDifficulty(list[0], line);
      if (target === undefined) {
        throw new StratumError(
          "bad-target",
          `set_difficulty wants a number above 0 or 64 hex digits: ${quote(line)}`,
        );
      }
      return { kind: "target", target, explicit: false };
    }
    case "mining.set_extranonce": {
      const extraNonce1 = parseExtraNonce1(list[0]);
      if (extraNonce1 === undefined) {
        throw new StratumError("bad-extranonce", `set_extranonce wants 0 to 31 bytes of hex: ${quote(line)}`);
      }
      return { kind: "extranonce", extraNonce1 };
    }
    case "client.reconnect":
      return { kind: "reconnect", host: textOrNull(list[0]), port: textOrNull(list[1]) };
    default:
      return { kind: "unknown", method: method.slice(0, MAX_TEXT) };
  }
}

function parseNotify(
  [jobId, cleanValue, targetHex, headerHex]: readonly unknown[],
  line: string,
): ServerMessage {
  const bad = (what: string): StratumError =>
    new StratumError("bad-job", `mining.notify: ${what} in ${quote(line)}`);
  if (typeof jobId !== "string" || !/^[0-9a-fA-F]{1,64}$/.test(jobId))
    throw bad("the job id is not 1 to 64 hex digits");
  const clean = booleanFrom(cleanValue);
  if (clean === undefined) throw bad("the clean flag is neither true nor false");
  const target = typeof targetHex === "string" ? targetFromHex(targetHex) : undefined;
  if (target === undefined) throw bad("the target is not 64 hex digits");
  const headerHash = typeof headerHex === "string" ? bytesFromHex(headerHex) : undefined;
  if (headerHash?.length !== 32) throw bad("the header hash is not 64 hex digits");
  return { kind: "notify", jobId, clean, target, headerHash };
}

// JSON.parse rounds a number to a double; the digits on the line give the exact quotient.
const DIFFICULTY_DIGITS = /"params"\s*:\s*\[\s*([0-9.eE+-]+)\s*[\],]/;

function parseDifficulty(value: unknown, line: string): Hash256 | undefined {
  if (typeof value === "number")
    return targetFromDifficulty(DIFFICULTY_DIGITS.exec(line)?.[1] ?? String(value));
  if (typeof value === "string") return targetFromHex(value) ?? targetFromDifficulty(value);
  return undefined;
}

function booleanFrom(value: unknown): boolean | undefined {
  if (typeof value === "boolean") return value;
  if (value === "true") return true;
  if (value === "false") return false;
  return undefined;
}

function replyId(value: unknown): number | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "number") return value;
  return typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : NaN;
}

function poolError(value: unknown): PoolError | null {
  if (value === null || value === undefined || value === false) return null;
  if (Array.isArray(value)) return { code: numberOrNull(value[0]), message: errorText(value[1]) };
  if (isObject(value)) return { code: numberOrNull(value["code"]), message: errorText(value["message"]) };
  return { code: numberOrNull(value), message: errorText(value) };
}

function errorText(value: unknown): string {
  return typeof value === "string" && value !== "" ? value.slice(0, MAX_TEXT) : "no reason given";
}

function numberOrNull(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

function textOrNull(value: unknown): string | null {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
