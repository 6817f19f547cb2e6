import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, parse } from "node:path";
import { gzipSync } from "node:zlib";

/**
 * Writes what refers to the bundle by name:
 *
 * - index.html and the manifest: each reference to a given asset, or to an entry's script as `NAME.js`, becomes the name
 *   that carries the content's hash; `{{version}}` becomes the version and `{{size PART}}` the size of a part in KiB,
 *   gzipped. What stays unresolved fails the build.
 * - the service worker: its `"{{shell}}"` becomes the list of files to keep.
 */
export class PagePlugin {
  #options;

  /**
   * `html` and `manifest` are paths; `assets` maps the names that they are referred to by to paths; `parts` maps a part's
   * name to where its wasm comes from.
   */
  constructor(options) {
    this.#options = options;
  }

  apply(compiler) {
    const { sources, Compilation } = compiler.webpack;
    // After the bundle's names have got their final hashes.
    const stage = Compilation.PROCESS_ASSETS_STAGE_TRANSFER;
    const { html, manifest, assets, parts, version } = this.#options;
    compiler.hooks.thisCompilation.tap(PagePlugin.name, (compilation) => {
      for (const file of [html, manifest, ...Object.values(assets)]) compilation.fileDependencies.add(file);
      compilation.hooks.processAssets.tapPromise({ name: PagePlugin.name, stage }, async () => {
        const emit = (name, content) => compilation.emitAsset(name, new sources.RawSource(content));
        const names = new Map([["page.js", scriptOf(compilation, "page")]]);
        for (const [known, file] of Object.entries(assets)) {
          const content = await readFile(file);
          const { name, ext } = parse(known);
          names.set(known, `${name}.${hashOf(content)}${ext}`);
          emit(names.get(known), content);
        }
        names.set(basename(manifest), basename(manifest));
        emit(basename(manifest), resolved(await readFile(manifest, "utf8"), names, basename(manifest)));

        const wasm = wasmOf(compilation, parts);
        const atOnce = [...names.values()].filter((name) => /\.(js|css|svg)$/.test(name));
        const page = resolved(await readFile(html, "utf8"), names, "index.html").replace(
          "{{version}}",
          version,
        );
        const size = (...files) => kib(files.map((name) => compilation.getAsset(name).source.buffer()));
        const sizes = {
          page: kib([page, ...atOnce.map((name) => compilation.getAsset(name).source.buffer())]),
        };
        for (const [part, name] of wasm) sizes[part] = size(name);
        const written = page.replace(/\{\{size ([\w-]+)\}\}/g, (_, part) => {
          if (sizes[part] === undefined)
            throw new Error(`index.html asks for the size of ${part}, which is no part`);
          return sizes[part];
        });
        emit("index.html", written);

        const files = [...atOnce, wasm.get("verify")];
        const shell = { version: hashOf(written + files.join()), script: names.get("page.js"), files };
        const worker = scriptOf(compilation, "service-worker");
        compilation.updateAsset(worker, (source) => {
          const text = source.source().toString();
          const filled = text.replace('"{{shell}}"', () => JSON.stringify(JSON.stringify(shell)));
          if (filled === text) throw new Error(`${worker} has no place for the shell`);
          return new sources.RawSource(filled);
        });
      });
    });
  }
}

/** The text with its references to `./NAME` resolved. */
function resolved(text, names, where) {
  return text.replace(/(\b(?:src|href)=|"src": )"\.\/([^"]+)"/g, (_, attribute, name) => {
    const hashed = names.get(name);
    if (hashed === undefined)
      throw new Error(`${where} refers to ./${name}, which is neither an asset nor the page's script`);
    return `${attribute}"./${hashed}"`;
  });
}

function scriptOf(compilation, entry) {
  const scripts = compilation.entrypoints.get(entry).getFiles();
  return scripts.find((name) => name.endsWith(".js"));
}

/** The emitted wasm of each part, found by the folder it comes from. */
function wasmOf(compilation, parts) {
  const assets = compilation.getAssets().filter(({ name }) => name.endsWith(".wasm"));
  return new Map(
    Object.entries(parts).map(([part, folder]) => {
      const asset = assets.find(({ info }) => info.sourceFilename?.includes(folder));
      if (asset === undefined) throw new Error(`no wasm comes from ${folder}`);
      return [part, asset.name];
    }),
  );
}

function hashOf(content) {
  return createHash("sha256").update(content).digest("hex").slice(0, 16);
}

function kib(contents) {
  const bytes = contents.reduce((sum, content) => sum + gzipSync(content, { level: 9 }).length, 0);
  return String(Math.ceil(bytes / 1024));
}
