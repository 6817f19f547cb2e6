import { isMobile } from "./device.js";
import { MinerError } from "./miner-error.js";
import type { CpuBackend } from "./worker-messages.js";

/** What this browser offers the miner. */
export interface Capabilities {
  /** https, or a loopback address. */
  readonly secureContext: boolean;
  /** Served with the isolation headers: shared memory, and so threads, can be had. */
  readonly crossOriginIsolated: boolean;
  /** WebAssembly has the 128-bit vectors that every artifact needs. */
  readonly simd: boolean;
  /** There is a `Worker` class. */
  readonly workers: boolean;
  /** Logical processors; 1 where the browser does not say. */
  readonly processors: number;
}

interface Environment {
  readonly isSecureContext?: boolean;
  readonly crossOriginIsolated?: boolean;
  readonly Worker?: unknown;
  readonly WebAssembly?: { validate(bytes: Uint8Array): boolean };
  readonly navigator?: { readonly hardwareConcurrency?: number };
}

// A module of one function that returns a constant of the vector type.
const SIMD_MODULE: readonly number[] = [
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // magic number, version 1
  ...[0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b], // one type: () -> v128
  ...[0x03, 0x02, 0x01, 0x00], // one function of it
  ...[0x0a, 0x16, 0x01, 0x14, 0x00, 0xfd, 0x0c, ...new Array<number>(16).fill(0), 0x0b], // v128.const 0
];

/** Asks the environment; safe anywhere, a server included. */
export function capabilities(): Capabilities {
  const environment = globalThis as unknown as Environment;
  return {
    secureContext: environment.isSecureContext ?? false,
    crossOriginIsolated: environment.crossOriginIsolated ?? false,
    simd: environment.WebAssembly?.validate(new Uint8Array(SIMD_MODULE)) ?? false,
    workers: environment.Worker !== undefined,
    processors: Math.max(1, environment.navigator?.hardwareConcurrency ?? 1),
  };
}

/** How the CPU's solver runs in this environment. Throws a {@link MinerError} where there is none: `no-workers` or `no-simd`. */
export function chooseBackend({ workers, simd, crossOriginIsolated }: Capabilities): CpuBackend {
  if (!workers) throw new MinerError("no-workers", "this environment has no workers");
  if (!simd)
    throw new MinerError("no-simd", "this browser's WebAssembly has no SIMD, which the solver needs");
  return crossOriginIsolated ? "threads" : "single";
}

/** Half of the processors, at least one: mining leaves the machine usable. One on phones and tablets, whose batteries are small. */
export function defaultThreads({ processors }: Capabilities, mobile = isMobile()): number {
  return mobile ? 1 : Math.max(1, Math.floor(processors / 2));
}
