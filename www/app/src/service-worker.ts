// The service worker: keeps what Verify needs, so that it works without a network. Whatever else a page asks for, pools,
// nodes and the solvers among it, goes to the network as if there were no service worker.

/** The parts of the worker's global scope and events that are used; the DOM's types know nothing of them. */
interface WorkerScope {
  readonly registration: { readonly scope: string };
  addEventListener(type: "install" | "activate", listener: (event: LifeEvent) => void): void;
  addEventListener(type: "fetch", listener: (event: FetchingEvent) => void): void;
}
interface LifeEvent {
  waitUntil(work: Promise<unknown>): void;
}
interface FetchingEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

/** What the build puts in: the files beside the page, whose names carry the hash of their content. */
interface Shell {
  /** Changes when the page or any file does. */
  readonly version: string;
  /** The page's script. */
  readonly script: string;
  readonly files: readonly string[];
}

const shell = JSON.parse("{{shell}}") as Shell;
const PREFIX = "aion-shell-";
const CACHE = PREFIX + shell.version;
const PAGE = "./";

const scope = globalThis as unknown as WorkerScope;
const addressOf = (file: string): string => new URL(file, scope.registration.scope).href;

// A new version is kept as a whole beside the old one and takes over when no page of the old one is open any more, so that
// no page finds its own files gone. Nobody is told to reload: with a network, a navigation gets the newest page anyway.
scope.addEventListener("install", (event) => {
  event.waitUntil(keep());
});

scope.addEventListener("activate", (event) => {
  event.waitUntil(dropOthers());
});

scope.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const address = request.url.replace(/[?#].*$/, "");
  if (request.mode === "navigate") {
    if (address === addressOf(PAGE) || address === addressOf("./index.html"))
      event.respondWith(newestPage(request));
  } else if (shell.files.some((file) => address === addressOf(file))) event.respondWith(keptFile(request));
});

async function keep(): Promise<void> {
  const cache = await caches.open(CACHE);
  const page = await fetch(addressOf(PAGE), { cache: "no-cache" });
  // While a server is being updated it may give the page of one version and the files of another.
  if (!page.ok || !(await page.clone().text()).includes(shell.script))
    throw new Error(`the server has another page than that of version ${shell.version}`);
  await cache.put(addressOf(PAGE), page);
  await cache.addAll(shell.files.map(addressOf));
}

async function dropOthers(): Promise<void> {
  const others = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(others.map((name) => caches.delete(name)));
}

/** The server's page; the kept one where the server cannot be reached or is in trouble. */
async function newestPage(request: Request): Promise<Response> {
  try {
    const response = await fetch(request);
    if (response.status < 500) return response;
    return (await kept(PAGE)) ?? response;
  } catch (error) {
    const page = await kept(PAGE);
    if (page === undefined) throw error;
    return page;
  }
}

/** A file never changes under its name, so that the kept one is as good as the server's. */
async function keptFile(request: Request): Promise<Response> {
  return (await kept(request.url)) ?? fetch(request);
}

/** As it was received, isolation headers and all: without them an offline page would lose its threads. */
async function kept(file: string): Promise<Response | undefined> {
  return (await caches.open(CACHE)).match(addressOf(file));
}
