import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: [
      "www/*/test/**/*.test.ts",
      "tests/second-verifier/*.test.ts",
      "{scripts,benches}/**/*.test.mjs",
    ],
    // What is waited for is an event; these only end a test that would wait for ever, on however slow a machine.
    testTimeout: 30_000,
    expect: { poll: { timeout: 20_000 } },
    passWithNoTests: true,
  },
});
