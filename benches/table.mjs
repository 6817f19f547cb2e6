// The rows as one table in Markdown.

const COLUMNS = [
  ["where", ({ where }) => where],
  ["artifact", ({ backend }) => backend],
  ["threads", ({ threads }) => threads],
  ["ms a run", ({ medianMs }) => medianMs],
  ["min–max", ({ minMs, maxMs }) => `${minMs}–${maxMs}`],
  ["first run", ({ firstMs }) => firstMs],
  ["Sol/s", ({ solutionsPerSecond }) => solutionsPerSecond],
  ["memory, MiB", memory],
  ["dropped", ({ dropped }) => dropped],
  ["BLAKE2b, ns (each form)", digests],
  ["verify, first ms / then µs", ({ verify }) => verify && `${verify.coldMs} / ${verify.warmUs}`],
  ["ms a round", ({ roundsMs }) => roundsMs.map(Math.round).join(" ")],
];
const BASELINE_COLUMNS = [
  ["baseline, ms", ({ baselineMs }) => baselineMs],
  ["ratio", ({ ratio }) => ratio],
];

/** A digest in the form that runs take, and in all forms that the place has. */
function digests({ digestNs, digestForms }) {
  const forms = Object.entries(digestForms).map(([form, ns]) => `${form} ${ns}`);
  return `${digestNs} (${forms.join(", ")})`;
}

/** A process's memory, and the solver's part of it; of an instance of wasm, its linear memory. */
function memory({ memoryBytes, solverBytes }) {
  const mebibytes = (bytes) => Math.round(bytes / 2 ** 20);
  if (memoryBytes === null) return `? (solver ${mebibytes(solverBytes)})`;
  const total = mebibytes(memoryBytes);
  return solverBytes === undefined ? total : `${total} (solver ${mebibytes(solverBytes)})`;
}

/** One line a place and number of threads; the verifier's figures stand in the first line of their place. */
export function table(rows) {
  const verifiers = new Map(rows.filter(({ what }) => what === "verify").map((row) => [row.where, row]));
  const lines = rows
    .filter(({ what }) => what === undefined)
    .map((row) => {
      const verify = verifiers.get(row.where);
      verifiers.delete(row.where);
      return { ...row, verify };
    });
  const columns = lines.some(({ ratio }) => ratio) ? [...COLUMNS, ...BASELINE_COLUMNS] : COLUMNS;
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [
    line(columns.map(([title]) => title)),
    line(columns.map(() => "---")),
    ...lines.map((row) => line(columns.map(([, cell]) => cell(row) ?? ""))),
  ].join("\n");
}
