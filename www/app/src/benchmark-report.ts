import type { BenchmarkResult } from "aion-web-miner";

/** What a benchmark's report says of where it ran. */
export interface Place {
  /** This program's version. */
  readonly version: string;
  /** `navigator.userAgent`, of which the browser's name and major version are taken. */
  readonly userAgent: string;
}

const BROWSERS: readonly (readonly [string, RegExp])[] = [
  ["Edge", /\bEdg(?:A|iOS)?\/(\d+)/],
  ["Opera", /\bOPR\/(\d+)/],
  ["Firefox", /\b(?:Firefox|FxiOS)\/(\d+)/],
  ["Chromium", /\b(?:Headless)?(?:Chrome|CriOS)\/(\d+)/],
  ["Safari", /\bVersion\/(\d+)[\d.]* (?:Mobile\/\S+ )?Safari\//],
];

/** A browser's name and major version; “unknown” where it says neither. */
export function browserName(userAgent: string): string {
  for (const [name, pattern] of BROWSERS) {
    const version = pattern.exec(userAgent)?.[1];
    if (version !== undefined) return `${name} ${version}`;
  }
  return "unknown";
}

/** A result as JSON to share: figures, version and browser, and nothing about the person. */
export function benchmarkReport(result: BenchmarkResult, { version, userAgent }: Place): string {
  const { backend, threads, runs, ms, minMs, maxMs, firstMs, roundsMs, solutions, correct } = result;
  const report = {
    benchmark: "aion-web-miner",
    version,
    browser: browserName(userAgent),
    backend,
    threads,
    runs,
    msPerRun: rounded(ms),
    minMs: rounded(minMs),
    maxMs: rounded(maxMs),
    firstMs: rounded(firstMs),
    roundsMs: roundsMs.map(rounded),
    solutions,
    solutionsPerSecond: Math.round(100 * result.solutionsPerSecond) / 100,
    correct,
    memoryMiB: Math.round(result.memoryBytes / 2 ** 20),
  };
  const text = JSON.stringify(report, null, 2);
  // A list of numbers is read in one line.
  return text.replace(/\[[^\]]*\]/g, (list) => list.replaceAll(/\s+/g, " "));
}

/** To a tenth: the rest is noise. */
function rounded(ms: number): number {
  return Math.round(10 * ms) / 10;
}
