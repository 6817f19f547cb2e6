import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: [
      "www/*/test/**/*.test.ts",
      "tests/second-verifier/*.test.ts",
      "{scripts,benches}/**/*.test.mjs",
    ],
    passWithNoTests: true,
  },
});
