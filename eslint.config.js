import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

const nodeGlobals = {
  console: "readonly",
  process: "readonly",
  Buffer: "readonly",
  URL: "readonly",
  fetch: "readonly",
  setTimeout: "readonly",
  clearTimeout: "readonly",
  setInterval: "readonly",
  clearInterval: "readonly",
  AbortController: "readonly",
  AbortSignal: "readonly",
  WebSocket: "readonly",
};

export default defineConfig(
  {
    ignores: [
      "target/",
      "fuzz/target/",
      ".build/",
      "**/node_modules/",
      "www/*/dist/",
      "www/*/build/",
      "www/*/wasm/",
      "tests/e2e/output/",
      "examples/*/dist/",
      "examples/*/vendor/",
    ],
  },
  js.configs.recommended,
  {
    files: ["**/*.ts", "**/*.tsx"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // Numbers in messages are the rule here, not an accident.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    },
  },
  {
    files: ["crates/xtask/src/threads/*.js"],
    languageOptions: {
      globals: {
        URL: "readonly",
        Worker: "readonly",
        addEventListener: "readonly",
        postMessage: "readonly",
        reportError: "readonly",
      },
    },
  },
  {
    files: ["www/lib/isolation-worker.js"],
    languageOptions: {
      globals: { self: "readonly", fetch: "readonly", Headers: "readonly", Response: "readonly" },
    },
  },
  {
    files: ["crates/pool/assets/*.js"],
    languageOptions: { globals: { document: "readonly", fetch: "readonly", setTimeout: "readonly" } },
  },
  {
    files: ["examples/*/*.js"],
    languageOptions: {
      globals: {
        addEventListener: "readonly",
        console: "readonly",
        document: "readonly",
        fetch: "readonly",
        location: "readonly",
        URLSearchParams: "readonly",
      },
    },
  },
  {
    files: ["benches/browser/*.js", "benches/wasm/*.js"],
    languageOptions: {
      globals: {
        Worker: "readonly",
        addEventListener: "readonly",
        fetch: "readonly",
        performance: "readonly",
        URL: "readonly",
        postMessage: "readonly",
      },
    },
  },
  {
    files: ["**/*.mjs", "*.js", "www/*/*.js"],
    languageOptions: { globals: nodeGlobals },
  },
);
