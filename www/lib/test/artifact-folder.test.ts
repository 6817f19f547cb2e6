import { afterEach, expect, test, vi } from "vitest";
import { artifactFolder } from "../src/artifact-folder.js";
import { Miner } from "../src/miner.js";

afterEach(() => {
  vi.unstubAllGlobals();
});

test.each([
  ["https://cdn.example/wasm/", "https://cdn.example/wasm/"],
  ["https://cdn.example/wasm", "https://cdn.example/wasm/"],
  ["/vendor/wasm", "https://site.example/vendor/wasm/"],
  ["wasm/", "https://site.example/about/wasm/"],
])("on a page, %s is the folder %s", (given, folder) => {
  vi.stubGlobal("document", { baseURI: "https://site.example/about/us.html" });
  expect(artifactFolder(given)).toBe(folder);
  expect(artifactFolder(new URL(given, "https://site.example/about/us.html"))).toBe(folder);
});

test("what is no address is refused by name, and so is a path where there is no page", () => {
  for (const wasmBase of ["https://", "/vendor/wasm"]) {
    const options = { pool: "ws://localhost/pool/local", worker: `0xa0${"ab".repeat(31)}`, wasmBase };
    expect(() => new Miner(options)).toThrow(
      expect.objectContaining({
        code: "bad-options",
        message: `wasmBase must be the address of a folder, not ${wasmBase}`,
      }),
    );
  }
});
