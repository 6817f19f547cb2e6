/**
 * Has the browser keep this page's files, so that Verify works without a network. After the page has loaded, so as not to
 * compete with it; where the browser has no service workers, or refuses, nothing is kept and nothing else changes.
 */
export function keepForOffline(): void {
  const workers = (navigator as { serviceWorker?: ServiceWorkerContainer }).serviceWorker;
  if (workers === undefined) return;
  const register = (): void => {
    workers.register("./service-worker.js", { updateViaCache: "none" }).catch(() => undefined);
  };
  if (document.readyState === "complete") register();
  else addEventListener("load", register, { once: true });
}
