import type { UserConfig } from "vite";

/** What gives the page threads. The built page's server sends it too: see public/_headers. */
const headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** Where a stratum-proxy listens on this machine: its pools are then on the page's own server. */
const proxy = { "/pool": { target: "http://127.0.0.1:8080", ws: true } };

export default {
  // Addresses are relative, so that the page may lie in any folder.
  base: "./",
  build: { target: "es2022" },
  server: { headers, proxy },
  preview: { headers, proxy },
} satisfies UserConfig;
