// Times runs of the solver in the place where a page would run it: a module worker with its own instance.
const { backend, threads, runs, warmups } = Object.fromEntries(
  [...new URL(location.href).searchParams].map(([key, value]) => [key, key === "backend" ? value : +value]),
);

const core = await import(`/www/lib/wasm/${backend}/aion_pow.js`);
const { memory } = await core.default();
if (threads > 1) await core.initThreadPool(threads - 1);
const solver = new core.MinerCore(threads);
const header = new Uint8Array(32).fill(0x5a);
const everything = new Uint8Array(32).fill(0xff);

function solve(number) {
  const nonce = new Uint8Array(32);
  new DataView(nonce.buffer).setUint32(0, number, true);
  const start = performance.now();
  solver.start(header, nonce, everything);
  while (solver.advance(40) === 0);
  const ms = performance.now() - start;
  return { ...JSON.parse(solver.outcome()), ms };
}

const first = solve(0);
for (let number = 1; number < warmups; number++) solve(number);
const outcomes = Array.from({ length: runs }, (_, i) => solve(warmups + i));
postMessage({
  outcomes,
  firstMs: first.ms,
  memoryBytes: memory.buffer.byteLength,
  shared: typeof SharedArrayBuffer !== "undefined" && memory.buffer instanceof SharedArrayBuffer,
});
