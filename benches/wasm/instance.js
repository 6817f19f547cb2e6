// What is timed of the wasm artifacts, in a worker of a page or in Node alike: one instance of one artifact.

const MINE_HASH = new Uint8Array(32).fill(0x5a);
const EVERYTHING = new Uint8Array(32).fill(0xff);
/** Milliseconds of a slice, about what the page takes. */
const SLICE = 40;
/** Verdicts timed together, so that a coarse clock still tells them apart. */
const BATCH = 20;
const BATCHES = 100;

let memory;
let solver;

/** Loads a miner's artifact. `module` is its bytes where they cannot be fetched. */
async function openSolver({ backend, threads, module }) {
  const miner = await import(`../../www/lib/wasm/${backend}/aion_pow.js`);
  ({ memory } = await miner.default(module && { module_or_path: module }));
  if (threads > 1) await miner.initThreadPool(threads - 1);
  solver = new miner.MinerCore(threads);
}

/** One run of the nonce with that number. */
function solve({ number }) {
  const nonce = new Uint8Array(32);
  new DataView(nonce.buffer).setUint32(0, number, true);
  const start = performance.now();
  solver.start(MINE_HASH, nonce, EVERYTHING);
  while (solver.advance(SLICE) === 0);
  const ms = performance.now() - start;
  const { solutions, dropped, roundsMs } = JSON.parse(solver.outcome());
  return { ms, solutions, dropped, roundsMs };
}

/** What only the instance knows about itself. */
function facts({ digests }) {
  const { buffer } = memory;
  const shared = typeof SharedArrayBuffer !== "undefined" && buffer instanceof SharedArrayBuffer;
  const digestNs = solver.digestNanoseconds(digests);
  return {
    memoryBytes: buffer.byteLength,
    shared,
    digestNs,
    digestForms: JSON.parse(solver.digestForms(digests)),
  };
}

/** Loads the verifier's artifact and times its first verdict and the median of many. */
async function timeVerifier({ items, module }) {
  const verifier = await import("../../www/verify/wasm/verify/aion_pow.js");
  const beside = new URL("../../www/verify/wasm/verify/aion_pow_bg.wasm", import.meta.url);
  await verifier.default({ module_or_path: module ?? beside });
  const claims = items.map((item) => [item.mine_hash, item.nonce, item.solution].map(bytes));
  const judge = (i) => {
    const reason = verifier.verifySolution(...claims[i]);
    if (reason !== undefined) throw new Error(`solution ${i} is refused: ${reason}`);
  };
  const cold = performance.now();
  judge(0);
  const coldMs = performance.now() - cold;
  const times = Array.from({ length: BATCHES }, (_, batch) => {
    const start = performance.now();
    for (let i = 0; i < BATCH; i++) judge((batch * BATCH + i) % claims.length);
    return (performance.now() - start) / BATCH;
  });
  times.sort((a, b) => a - b);
  return { coldMs, warmUs: times[BATCHES / 2] * 1000 };
}

function bytes(hex) {
  return Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
}

const REQUESTS = { openSolver, solve, facts, timeVerifier };

/** Does what a request names in `do`; resolves to its answer, or to `{ error }`. */
export async function answer(request) {
  try {
    return (await REQUESTS[request.do](request)) ?? {};
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
