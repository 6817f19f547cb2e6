// What must hold before a release is made.

/** A version as this project has them, without a "v". */
const VERSION = /^\d+\.\d+\.\d+(-[0-9A-Za-z.]+)?$/;

/** The version of the workspace, from the text of its Cargo.toml. */
export function workspaceVersion(manifest) {
  return /^\[workspace\.package\]$[^[]*?^version = "(.*)"$/m.exec(manifest)?.[1];
}

/** What is wrong with versions and changelog, which no rehearsal passes over. */
export function sourceFaults({ version, crates, packages, changelog, rehearsal }) {
  const faults = [];
  if (!VERSION.test(version ?? "")) faults.push(`Cargo.toml has the version ${version}`);
  for (const [name, other] of Object.entries(crates))
    if (other !== version) faults.push(`the crate ${name} has the version ${other}, not ${version}`);
  for (const [path, manifest] of Object.entries(packages)) {
    if (manifest.version !== version)
      faults.push(`${path} has the version ${manifest.version}, not ${version}`);
    const names = Object.values(packages).map(({ name }) => name);
    for (const [name, wanted] of Object.entries(manifest.dependencies ?? {}))
      if (names.includes(name) && wanted !== version)
        faults.push(`${path} wants ${name} ${wanted}, not ${version}`);
  }
  const headings = [...changelog.matchAll(/^## \[?v?([^\s\],]+)/gm)].map(([, heading]) => heading);
  const wanted = rehearsal ? [version, "Unreleased"] : [version];
  if (!headings.some((heading) => wanted.includes(heading)))
    faults.push(`CHANGELOG.md has no "## ${wanted.join('" and no "## ')}"`);
  return faults;
}

/** What is wrong with the tree, which a rehearsal only mentions. `status` is that of `git status --porcelain`. */
export function treeFaults({ version, status, tags }) {
  const faults = [];
  const changed = status.split("\n").filter((line) => line !== "");
  if (changed.length > 0)
    faults.push(`the tree is not clean: ${changed.map((line) => line.slice(3)).join(", ")}`);
  if (!tags.includes(`v${version}`)) faults.push(`HEAD is not tagged v${version}`);
  return faults;
}

/** The options of the command line; throws a sentence where there is another one. */
export function options(args) {
  const known = ["--dry-run", "--no-programs"];
  const unknown = args.find((arg) => !known.includes(arg));
  if (unknown !== undefined) throw new Error(`${unknown} is none of ${known.join(", ")}`);
  return { rehearsal: args.includes("--dry-run"), programs: !args.includes("--no-programs") };
}

/** What a person runs to publish what was made; nothing here does. */
export function publishing({ version, tarballs, folder }) {
  return [
    `(cd ${folder} && sha256sum --check SHA256SUMS)`,
    `git push origin v${version}`,
    // The miner needs the verifier, so that goes first.
    ...tarballs.map((tarball) => `npm publish ./${folder}/${tarball} --access public`),
  ];
}
