import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { PagePlugin } from "./www/app/page-plugin.js";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

const inSource = (names) => Object.fromEntries(names.map((name) => [name, at(`./www/app/src/${name}`)]));
const { version } = JSON.parse(readFileSync(at("./www/app/package.json"), "utf8"));

/** Names that must stay the same: browsers come back to them by name. */
const SCRIPT = ({ chunk }) => (chunk.name === "service-worker" ? "[name].js" : "[name].[contenthash:16].js");

/**
 * Bundles the page from what the TypeScript compiler wrote. Every name but those of index.html, the manifest and the
 * service worker carries the hash of its content, so that a server may let browsers keep all of them for ever.
 */
export default {
  mode: "production",
  entry: { page: at("./www/app/build/index.js"), "service-worker": at("./www/app/build/service-worker.js") },
  output: {
    path: at("./www/app/dist"),
    filename: SCRIPT,
    chunkFilename: "[name].[contenthash:16].js",
    assetModuleFilename: "[name].[contenthash:16][ext]",
    // Module scripts throughout: the solver's workers are modules, and so is what they import.
    module: true,
    chunkFormat: "module",
    chunkLoading: "import",
    workerChunkLoading: "import",
    clean: true,
  },
  experiments: { outputModule: true },
  target: ["web", "es2022"],
  devtool: "source-map",
  module: { rules: [{ test: /\.js$/, include: at("./www"), extractSourceMap: true }] },
  plugins: [
    new PagePlugin({
      version,
      html: at("./www/app/src/index.html"),
      manifest: at("./www/app/src/manifest.webmanifest"),
      assets: {
        ...inSource(["style.css", "mine.css", "verify.css", "benchmark.css", "favicon.svg"]),
        ...Object.fromEntries(
          ["icon-180.png", "icon-192.png", "icon-512.png", "icon-maskable.png"].map((name) => [
            name,
            at(`./www/app/src/icons/${name}`),
          ]),
        ),
        "uPlot.min.css": at("./node_modules/uplot/dist/uPlot.min.css"),
        "uPlot-licence.txt": at("./node_modules/uplot/LICENSE"),
      },
      parts: {
        verify: "www/verify/",
        "miner-mt": "www/lib/wasm/miner-mt/",
        "miner-st": "www/lib/wasm/miner-st/",
        gpu: "www/lib/wasm/gpu/",
      },
    }),
  ],
  performance: { hints: false },
  stats: "errors-warnings",
};
