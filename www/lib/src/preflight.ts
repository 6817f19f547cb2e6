import { capabilities, chooseBackend, defaultThreads } from "./environment.js";
import type { MinerOptions } from "./miner-options.js";
import { checkGesture } from "./policies/gesture.js";
import { checkMobile } from "./policies/mobile.js";
import { policiesFrom } from "./policies/policy-options.js";
import { checkMemory } from "./solver-memory.js";
import type { CpuBackend } from "./worker-messages.js";

/**
 * What must hold before anything is started, and how the CPU's solver will run then. Throws a `MinerError`: `no-gesture`,
 * `mobile-device`, `no-workers`, `no-simd` or `out-of-memory`.
 */
export function preflight(options: MinerOptions): { readonly cpu: CpuBackend; readonly threads: number } {
  const { requireGesture, allowMobile } = policiesFrom(options.policies);
  if (requireGesture) checkGesture();
  if (!allowMobile) checkMobile();
  const environment = capabilities();
  const cpu = chooseBackend(environment);
  const threads = cpu === "threads" ? (options.threads ?? defaultThreads(environment)) : 1;
  const { backend = "cpu" } = options;
  // Where the CPU only takes a GPU's place, its memory is asked for when it does.
  if (backend === "cpu" || backend === "both") checkMemory(cpu, threads);
  return { cpu, threads };
}
