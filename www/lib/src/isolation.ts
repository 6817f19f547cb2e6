/**
 * Threads on servers that cannot send the isolation headers, by a service worker: `isolation-worker.js` of this package,
 * which you copy to your site.
 *
 * @module aion-web-miner/isolation
 */

/** How isolating this page has ended. */
export type Isolation =
  /** The page is cross-origin isolated: threads can be had. */
  | "isolated"
  /** The worker is there, and the page is being loaded again, through it. */
  | "reloading"
  /** Likewise, but loading it again was left to the caller. */
  | "reload-needed"
  /** No secure context: plain http from another machine. Browsers give such pages neither service workers nor isolation. */
  | "insecure"
  /** This browser, or its private window, has no service workers. */
  | "unsupported"
  /** The worker could not be registered, or the page is not isolated although it came through it. */
  | "refused";

/** How to isolate a page. */
export interface IsolationOptions {
  /**
   * Where `isolation-worker.js` is on this server. What lies in its folder, and below, comes through it: the page and all
   * scripts of the miner must. `./isolation-worker.js`, beside the page, by default.
   */
  readonly workerUrl?: string | URL;
  /**
   * `require-corp`, the default, blocks what other servers send without `Cross-Origin-Resource-Policy`;
   * `credentialless`, which Safari does not know, asks them for it without cookies instead.
   */
  readonly embedderPolicy?: "require-corp" | "credentialless";
  /** Whether to load the page again where that is needed, which it is once; true by default. */
  readonly reload?: boolean;
}

const RELOADED = "aion-isolation-reloaded";

/**
 * Gives a page the isolation headers on a server that cannot send them: a service worker adds them from the next load on.
 * Call it first of all, since the first visit loads the page twice. Never throws, and never loads it twice in a row.
 */
export async function isolatePage({
  workerUrl = "./isolation-worker.js",
  embedderPolicy = "require-corp",
  reload = true,
}: IsolationOptions = {}): Promise<Isolation> {
  if (crossOriginIsolated) {
    forget();
    return "isolated";
  }
  if (!isSecureContext) return "insecure";
  // Private windows of some browsers have none, whatever the types say.
  const workers = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  if (workers === undefined) return "unsupported";
  try {
    const url = new URL(workerUrl, document.baseURI);
    url.searchParams.set("coep", embedderPolicy);
    const registration = await workers.register(url);
    await activated(registration);
  } catch {
    return "refused";
  }
  if (!reload) return "reload-needed";
  // Without a note of it the page could load itself for ever.
  if (!remember()) return "refused";
  location.reload();
  return "reloading";
}

function activated({ installing, waiting, active }: ServiceWorkerRegistration): Promise<void> {
  const worker = installing ?? waiting ?? active;
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (worker?.state === "activated") resolve();
      else if (worker === null || worker.state === "redundant") reject(new Error("the worker did not start"));
    };
    worker?.addEventListener("statechange", look);
    look();
  });
}

/** Notes that the page is loaded again; false where it was already, or where no note can be kept. */
function remember(): boolean {
  try {
    if (sessionStorage.getItem(RELOADED) !== null) return false;
    sessionStorage.setItem(RELOADED, "");
    return true;
  } catch {
    return false;
  }
}

function forget(): void {
  try {
    sessionStorage.removeItem(RELOADED);
  } catch {
    // Then there is no note either.
  }
}
