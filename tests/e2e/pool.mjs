// The real solo-pool on a loopback port, with a development chain of its own.
import { startServer } from "./server-process.mjs";

/** Starts the pool on that port, every solution a share; resolves once it listens. */
export function startPool(port, dialect = "solo") {
  const share = ["--dialect", dialect, "--difficulty", "1"];
  const args = ["--listen", `127.0.0.1:${port}`, ...share, "--block-seconds", "5"];
  return startServer("SOLO_POOL", args, /^listening on \S+/m);
}

/** The accepted shares that a pool counted, from what it logged as it stopped. */
export function acceptedBy(log) {
  const counted = /accepted=(\d+)/.exec(log);
  if (!counted) throw new Error(`the pool logged no count: ${log}`);
  return Number(counted[1]);
}
