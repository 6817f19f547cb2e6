// `npm run bench`: the solver and the verifier wherever they run, in one table.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { bootstrap } from "../scripts/bootstrap.mjs";
import { findChromium } from "../scripts/bootstrap/chromium.mjs";
import { firefoxHere } from "../scripts/bootstrap/firefox.mjs";
import { thisMachine } from "../scripts/bootstrap/machine.mjs";
import { program, wasmArtifacts } from "../scripts/builds.mjs";
import { exitCleanly } from "../scripts/exit.mjs";
import { ProgramFailed } from "../scripts/run.mjs";
import { baselineRun } from "./baseline.mjs";
import { BenchError } from "./bench-error.mjs";
import { startChromium, startFirefox } from "./browser/browser.mjs";
import { againstBaseline, ofRuns, rounded, roundedAll } from "./figures.mjs";
import { nativePlace, nativeVerifierTimes, someSolutions } from "./native.mjs";
import { options, USAGE } from "./options.mjs";
import { table } from "./table.mjs";
import { startNode } from "./wasm/node.mjs";
import { verifierTimes, wasmPlace } from "./wasm/place.mjs";

/** Nonces whose solutions the verifiers are timed on. */
const VERIFIED_NONCES = 8;

/** What is measured of wasm in a browser; Node has no workers that share a memory the way browsers have. */
const BROWSER_CASES = [
  { backend: "miner-mt", threads: 1 },
  { backend: "miner-mt", threads: 2 },
  { backend: "miner-st", threads: 1 },
];
const NODE_CASES = [{ backend: "miner-st", threads: 1 }];

async function bench(options) {
  bootstrap();
  await wasmArtifacts();
  const aionPow = await program("aion-pow", { from: "aion-pow-cli" });
  const folder = await mkdtemp(join(tmpdir(), "aion-bench-"));
  try {
    const items = await someSolutions(aionPow, VERIFIED_NONCES);
    const file = join(folder, "solutions.json");
    await writeFile(file, JSON.stringify(items));
    const rows = [];
    if (options.where.includes("native")) rows.push(...(await native(aionPow, file, options)));
    for (const [where, cases, start] of wasmPlaces(options)) {
      const chosen = cases.filter(({ threads }) => options.threads.includes(threads));
      rows.push(...(await wasm(where, chosen, await start(), items, options)));
    }
    return rows;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function wasmPlaces({ firefox, where }) {
  const places = [
    ["chromium", BROWSER_CASES, () => startChromium(findChromium(thisMachine, process.env))],
    ["node", NODE_CASES, startNode],
  ].filter(([name]) => where.includes(name));
  if (!firefox) return places;
  const path = firefoxHere(thisMachine, process.env);
  if (path) places.push(["firefox", BROWSER_CASES, () => startFirefox(path)]);
  else console.log("no Firefox here: neither firefox-esr nor firefox runs, and FIREFOX names none; left out");
  return places;
}

async function native(aionPow, solutions, options) {
  const rows = [];
  for (const threads of options.threads) {
    said("native", threads);
    const place = nativePlace(aionPow, { threads, runs: options.runs });
    const { compared } = await inTurn(place, options);
    const facts = await place.facts();
    const { firstMs, medianMs, minMs, maxMs, solutionsPerSecond, roundsMs } = facts;
    rows.push({
      where: "native",
      threads,
      backend: "native",
      runs: facts.runs,
      medianMs: rounded(medianMs),
      minMs: rounded(minMs),
      maxMs: rounded(maxMs),
      solutionsPerSecond: rounded(solutionsPerSecond),
      memoryBytes: facts.residentBytes,
      roundsMs: roundsMs.map(rounded),
      dropped: facts.dropped,
      firstMs: rounded(firstMs),
      solverBytes: facts.peakMemoryBytes,
      digestNs: rounded(facts.digestNs),
      digestForms: roundedAll(facts.digestForms),
      yardstickMs: rounded(facts.yardstickMs),
      ...compared(medianMs),
    });
  }
  rows.push(verifyRow("native", await nativeVerifierTimes(aionPow, solutions)));
  return rows;
}

async function wasm(where, cases, { ask, close }, items, options) {
  try {
    const rows = [];
    for (const { backend, threads } of cases) {
      said(where, threads, backend);
      const place = await wasmPlace(ask, { where, backend, threads });
      // Twice, since an engine replaces its first, slow code while the first run goes on.
      const first = await place.solve(0);
      await place.solve(0);
      const { outcomes, compared } = await inTurn(place, options);
      const figures = ofRuns(outcomes);
      const { memoryBytes, shared, digestNs, digestForms } = await place.facts();
      rows.push({
        where,
        threads,
        backend,
        ...figures,
        memoryBytes,
        firstMs: rounded(first.ms),
        digestNs: rounded(digestNs),
        digestForms: roundedAll(digestForms),
        shared,
        ...compared(figures.medianMs),
      });
    }
    rows.push(verifyRow(where, await verifierTimes(ask, where, items)));
    return rows;
  } finally {
    await close();
  }
}

/** The runs of a place, each followed by one of the baseline, so that both see the same machine. */
async function inTurn(place, { runs, baseline }) {
  const outcomes = [];
  const others = [];
  for (let number = 1; number <= runs; number++) {
    outcomes.push(await place.solve(number));
    if (baseline) others.push(await baselineRun(baseline));
  }
  return { outcomes, compared: (medianMs) => (baseline ? againstBaseline(medianMs, others) : {}) };
}

function verifyRow(where, { coldMs, warmUs, ...more }) {
  return {
    where,
    what: "verify",
    coldMs: Math.round(coldMs * 1000) / 1000,
    warmUs: rounded(warmUs),
    ...more,
  };
}

function said(where, threads, backend = "") {
  console.error(`measuring ${where} ${backend} ${threads} ${threads === 1 ? "thread" : "threads"}`);
}

function machine() {
  const all = cpus();
  return `${all[0]?.model ?? "unknown processor"}, ${all.length} cores, ${process.platform}`;
}

await exitCleanly(async () => {
  try {
    const chosen = options();
    if (chosen.help) return console.log(USAGE);
    const rows = await bench(chosen);
    console.log(`\n${table(rows)}\n`);
    const yardsticks = rows.flatMap(({ yardstickMs }) => yardstickMs ?? []);
    if (yardsticks.length > 0)
      console.log(
        `Yardstick, 2^21 digests by the blake2 crate on one thread: ${Math.min(...yardsticks)} ms.`,
      );
    console.log(`${machine()}.`);
    if (chosen.json) await writeFile(chosen.json, `${JSON.stringify(rows, null, 2)}\n`);
  } catch (error) {
    if (error instanceof BenchError || error.code?.startsWith("ERR_PARSE_ARGS"))
      throw new ProgramFailed(`${error.message}\n\n${USAGE}`);
    throw error;
  }
});
