// Reads the tables of a document, for the tests that hold them to the code.

/** The rows of all tables right under a heading, cell by cell, without backticks and the tables' heads. */
export function rowsUnder(text, heading) {
  const [, section] = text.split(new RegExp(`^#+ ${heading}$`, "m"));
  if (section === undefined) throw new Error(`the document has no heading ${heading}`);
  const lines = section.split(/^#/m)[0].split("\n");
  const isRule = (line) => /^\|[\s|:-]+\|$/.test(line ?? "");
  return lines
    .filter((line, at) => line.startsWith("|") && !isRule(line) && !isRule(lines[at + 1]))
    .map((line) => line.slice(1, -1).split(/(?<!\\)\|/))
    .map((row) => row.map((cell) => cell.trim().replaceAll("\\|", "|").replaceAll("`", "")));
}
