import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const folder = fileURLToPath(new URL("..", import.meta.url));

test("the verifier is had alone, without any script of the miner", () => {
  const script = `
    import { init, verifyBlock } from "aion-web-miner/verify";
    await init();
    console.log(verifyBlock("null").reason);
  `;
  const options = ["--input-type=module", "--eval", script];
  const said = execFileSync(process.execPath, options, { cwd: folder, encoding: "utf8" });
  expect(said.trim()).toBe("unknown-block");
  const imports = readFileSync(`${folder}/dist/verify.js`, "utf8").match(/from "[^"]+"/g);
  expect(imports).toEqual(['from "aion-pow-verify"']);
});
