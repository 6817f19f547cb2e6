/** A pool that this page can mine at. */
export interface Pool {
  readonly name: string;
  /** The WebSocket address. */
  readonly url: string;
}

/** The pool that lives inside the server, with a chain of its own. */
export const DEVELOPMENT_POOL = "local";

/**
 * The pools in `/pools.json`. The proxy's own list has names alone, which are its paths; a page that is served apart
 * from its proxy can give each a `url` of its own.
 */
export async function fetchPools(): Promise<Pool[]> {
  const response = await fetch("./pools.json", { cache: "no-cache" });
  if (!response.ok) throw new Error(`the server answered ${response.status} to pools.json`);
  const { pools } = (await response.json()) as { pools?: { name?: unknown; url?: unknown }[] };
  if (!Array.isArray(pools)) throw new Error("pools.json has no list of pools");
  return pools.flatMap(({ name, url }) =>
    typeof name === "string" ? [{ name, url: typeof url === "string" ? url : poolUrl(name) }] : [],
  );
}

function poolUrl(name: string): string {
  const url = new URL(`pool/${encodeURIComponent(name)}`, location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.hash = "";
  url.search = "";
  return url.href;
}
