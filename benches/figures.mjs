// From what was measured to the figures of a row.

/** The middle one, the higher of two. */
export function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

/** To one decimal: of milliseconds, the rest is noise. */
export const rounded = (number) => Math.round(number * 10) / 10;

/** The same of every figure in an object. */
export const roundedAll = (figures) =>
  Object.fromEntries(Object.entries(figures).map(([name, number]) => [name, rounded(number)]));

const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);

/** The figures of runs that an instance reported one by one. */
export function ofRuns(outcomes) {
  const times = outcomes.map(({ ms }) => ms);
  return {
    runs: outcomes.length,
    medianMs: rounded(median(times)),
    minMs: rounded(Math.min(...times)),
    maxMs: rounded(Math.max(...times)),
    solutionsPerSecond: rounded((sum(outcomes.map(({ solutions }) => solutions)) / sum(times)) * 1000),
    roundsMs: outcomes[0].roundsMs.map((_, round) =>
      rounded(median(outcomes.map(({ roundsMs }) => roundsMs[round]))),
    ),
    dropped: sum(outcomes.map(({ dropped }) => dropped)),
  };
}

/** How a place's runs compare with the baseline's, taken in turn with them. */
export function againstBaseline(medianMs, baselineTimes) {
  const baselineMs = median(baselineTimes);
  return { baselineMs: rounded(baselineMs), ratio: Math.round((medianMs / baselineMs) * 1000) / 1000 };
}
