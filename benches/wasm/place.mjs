// The wasm artifacts as a place to measure: whoever answers, a browser's page or a Node process.
import { BenchError } from "../bench-error.mjs";

/** Digests that the bulk kernel is timed over. */
const DIGESTS = 1 << 20;

/**
 * One instance of a miner's artifact. `ask` hands a request to whoever runs it. `solve(number)` resolves to what one
 * run found and took, `facts()` to figures of the instance.
 */
export async function wasmPlace(ask, { where, backend, threads }) {
  const asked = async (request) => {
    const answer = await ask(request);
    if (answer.error) throw new BenchError(`${where}, ${backend}, ${threads} threads: ${answer.error}`);
    return answer;
  };
  await asked({ do: "openSolver", fresh: true, backend, threads });
  return {
    solve: (number) => asked({ do: "solve", number }),
    facts: () => asked({ do: "facts", digests: DIGESTS }),
  };
}

/** The verifier's times, from its first verdict on. */
export async function verifierTimes(ask, where, items) {
  const answer = await ask({ do: "timeVerifier", fresh: true, items });
  if (answer.error) throw new BenchError(`${where}, verifier: ${answer.error}`);
  return answer;
}
