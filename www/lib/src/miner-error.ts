/**
 * What can go wrong in this browser, by name; what goes wrong on the way to the pool is a `StratumError`.
 *
 * | code | what happened |
 * |---|---|
 * | `bad-options` | the number of threads, the throttle or a policy cannot be used |
 * | `no-gesture` | nobody has clicked, tapped or typed on this page since it was loaded |
 * | `mobile-device` | this is a phone or a tablet, and the options do not ask to mine there |
 * | `no-workers` | this environment has no module workers |
 * | `no-simd` | this environment's WebAssembly lacks SIMD |
 * | `out-of-memory` | the device has not the memory that the solver needs, or the browser refuses it |
 * | `solver-unavailable` | the solver's script or wasm could not be loaded, or a thread did not start |
 * | `solver-trapped` | the solver or one of its threads ended by an error |
 * | `solver-silent` | the solver gave no sign of life for five seconds, and the one that took its place did not either |
 * | `gpu-unavailable` | no GPU can be had; the message says why |
 * | `gpu-failed` | the GPU was lost, or computed wrongly |
 * | `nonces-exhausted` | every nonce that the pool's extraNonce1 leaves was tried; goes on when the pool gives another |
 * | `stopped` | stopped before the start was complete |
 */
export type MinerErrorCode =
  | "bad-options"
  | "no-gesture"
  | "mobile-device"
  | "no-workers"
  | "no-simd"
  | "out-of-memory"
  | "solver-unavailable"
  | "solver-trapped"
  | "solver-silent"
  | "gpu-unavailable"
  | "gpu-failed"
  | "nonces-exhausted"
  | "stopped";

/** What memory was asked for, and what was to be had, where that is known; in bytes. */
export interface MemoryShortage {
  /** What the solver reserves. */
  readonly neededBytes: number;
  /** What the device may spare for it; null where the browser refused and said no more. */
  readonly availableBytes: number | null;
}

/** A {@link MinerErrorCode} with a message. */
export class MinerError extends Error {
  /** Always `MinerError`. */
  override readonly name = "MinerError";
  /** What went wrong, by name. */
  readonly code: MinerErrorCode;

  /** What was missing, where the code is `out-of-memory` and it is the CPU's solver that lacks it. */
  readonly memory: MemoryShortage | null;

  /** Made by the package; `message` names value and limit. */
  constructor(
    code: MinerErrorCode,
    message: string,
    { memory = null, ...options }: ErrorOptions & { readonly memory?: MemoryShortage | null } = {},
  ) {
    super(message, options);
    this.code = code;
    this.memory = memory;
  }
}

/** The words of whatever was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
