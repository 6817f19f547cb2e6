import { fileURLToPath } from "node:url";
import { PagePlugin } from "./www/app/page-plugin.js";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

/**
 * Bundles the page from what the TypeScript compiler wrote. Every name but index.html's carries the hash of its
 * content, so that a server may let browsers keep all of them for ever.
 */
export default {
  mode: "production",
  entry: { page: at("./www/app/build/index.js") },
  output: {
    path: at("./www/app/dist"),
    filename: "[name].[contenthash:16].js",
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
      html: at("./www/app/src/index.html"),
      assets: ["style.css", "verify.css", "favicon.svg"].map((name) => at(`./www/app/src/${name}`)),
    }),
  ],
  performance: { hints: false },
  stats: "errors-warnings",
};
