import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, parse } from "node:path";

/**
 * Writes index.html: each `src` or `href` that names a given asset, or an entry's script as `NAME.js`, becomes the name
 * that carries the content's hash. A reference that stays unresolved fails the build.
 */
export class PagePlugin {
  #html;
  #assets;

  constructor({ html, assets }) {
    this.#html = html;
    this.#assets = assets;
  }

  apply(compiler) {
    const { sources, Compilation } = compiler.webpack;
    const stage = Compilation.PROCESS_ASSETS_STAGE_SUMMARIZE;
    compiler.hooks.thisCompilation.tap(PagePlugin.name, (compilation) => {
      for (const file of [this.#html, ...this.#assets]) compilation.fileDependencies.add(file);
      compilation.hooks.processAssets.tapPromise({ name: PagePlugin.name, stage }, async () => {
        const names = new Map();
        for (const [entry, { files }] of entryFiles(compilation)) names.set(`${entry}.js`, files[0]);
        for (const file of this.#assets) {
          const content = await readFile(file);
          const hash = createHash("sha256").update(content).digest("hex").slice(0, 16);
          const { name, ext } = parse(file);
          compilation.emitAsset(`${name}.${hash}${ext}`, new sources.RawSource(content));
          names.set(basename(file), `${name}.${hash}${ext}`);
        }
        const html = await readFile(this.#html, "utf8");
        const written = html.replace(/\b(src|href)="\.\/([^"]+)"/g, (_, attribute, name) => {
          const hashed = names.get(name);
          if (hashed === undefined)
            throw new Error(`index.html refers to ./${name}, which is neither an asset nor an entry`);
          return `${attribute}="./${hashed}"`;
        });
        compilation.emitAsset("index.html", new sources.RawSource(written));
      });
    });
  }
}

function entryFiles(compilation) {
  const scripts = (files) => files.filter((file) => file.endsWith(".js"));
  return [...compilation.entrypoints].map(([name, entry]) => [name, { files: scripts(entry.getFiles()) }]);
}
