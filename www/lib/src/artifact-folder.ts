/**
 * The absolute address of a folder of artifacts, with the slash at its end without which addresses would be resolved past
 * it; undefined where it is none. A worker knows nothing of the page's address, so it is resolved here.
 */
export function artifactFolder(wasmBase: string | URL): string | undefined {
  const page = (globalThis as { document?: { readonly baseURI: string } }).document?.baseURI;
  const address = String(wasmBase);
  const folder = address.endsWith("/") ? address : `${address}/`;
  return URL.canParse(folder, page) ? new URL(folder, page).href : undefined;
}
