// What `npm run bench` can be told.
import { parseArgs } from "node:util";
import { BenchError } from "./bench-error.mjs";

export const USAGE = `npm run bench [-- OPTIONS]
  --runs N              nonces that are timed in each place [11]
  --json FILE           write the rows there as JSON
  --baseline 'COMMAND'  a command that prints milliseconds a run; run in turn with ours, once for each
  --firefox             Firefox too, where there is one
  --where LIST          these places only, of native, chromium, node
  --threads LIST        these numbers of threads only, of 1, 2`;

const PLACES = ["native", "chromium", "node"];
const THREADS = [1, 2];

/** The command line's options, with their defaults. */
export function options() {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "11" },
      json: { type: "string" },
      baseline: { type: "string" },
      firefox: { type: "boolean", default: false },
      where: { type: "string", default: PLACES.join() },
      threads: { type: "string", default: THREADS.join() },
      help: { type: "boolean", default: false },
    },
  });
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1)
    throw new BenchError(`--runs ${values.runs}: a number from 1 is needed`);
  return {
    ...values,
    runs,
    where: listOf("where", PLACES, values.where.split(",")),
    threads: listOf("threads", THREADS, values.threads.split(",").map(Number)),
  };
}

function listOf(name, known, chosen) {
  if (chosen.every((one) => known.includes(one))) return chosen;
  throw new BenchError(`--${name} ${chosen}: there are ${known.join(", ")}`);
}
