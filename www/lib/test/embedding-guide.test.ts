import { readFileSync } from "node:fs";
import ts from "typescript";
import { describe, expect, it } from "vitest";

import { DEFAULT_DEADLINES } from "../src/stratum-options.js";

const GUIDE = readFileSync(new URL("../../../docs/embedding.md", import.meta.url), "utf8");

function parsed(path: string): ts.SourceFile {
  const text = readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest);
}

/** The strings of a union type, as the source has them: types leave nothing behind that could be asked. */
function literals(path: string, name: string): string[] {
  const alias = parsed(path).statements.find(
    (one): one is ts.TypeAliasDeclaration => ts.isTypeAliasDeclaration(one) && one.name.text === name,
  );
  if (alias === undefined || !ts.isUnionTypeNode(alias.type)) throw new Error(`${path} has no union ${name}`);
  return alias.type.types.map((type) => {
    if (ts.isLiteralTypeNode(type) && ts.isStringLiteral(type.literal)) return type.literal.text;
    throw new Error(`${name} has a member that is no string`);
  });
}

/** The names of an interface's own members. */
function members(path: string, name: string): string[] {
  const found = parsed(path).statements.find(
    (one): one is ts.InterfaceDeclaration => ts.isInterfaceDeclaration(one) && one.name.text === name,
  );
  if (found === undefined) throw new Error(`${path} has no interface ${name}`);
  return found.members.map((member) => (member.name as ts.Identifier).text);
}

/** The first cells of the one table under a heading, without their backticks. */
function rows(heading: string): string[] {
  const [, section] = GUIDE.split(new RegExp(`^#+ ${heading}$`, "m"));
  if (section === undefined) throw new Error(`the guide has no heading ${heading}`);
  const table = (section.split(/^#/m)[0] ?? "").split("\n").filter((line) => line.startsWith("| `"));
  return table.map((line) => /^\| `([^`]+)`/.exec(line)?.[1] ?? line);
}

describe("the embedding guide has a row, and no row is left over, for", () => {
  const tables: readonly [string, string[]][] = [
    ["MinerErrorCode", literals("lib/src/miner-error.ts", "MinerErrorCode")],
    ["StratumErrorCode", literals("lib/src/stratum-error.ts", "StratumErrorCode")],
    ["VerifyErrorCode", literals("verify/src/result.ts", "VerifyErrorCode")],
    ["States", literals("lib/src/miner-events.ts", "MinerState")],
    ["Events", members("lib/src/miner-events.ts", "MinerEvents")],
    [
      "Options",
      [
        ...members("lib/src/stratum-options.ts", "StratumOptions"),
        ...members("lib/src/miner-options.ts", "MinerOptions"),
      ],
    ],
  ];

  it.each(tables)("each of %s", (heading, names) => {
    expect([...rows(heading)].sort()).toEqual([...names].sort());
  });

  it("each deadline, with its default", () => {
    for (const [name, milliseconds] of Object.entries(DEFAULT_DEADLINES)) {
      expect(GUIDE).toContain(`\`${name}\` ${milliseconds / 1000} s`);
    }
  });
});
