// A service worker that gives the pages and workers of its folder the headers of cross-origin isolation, for servers that
// cannot send them. It must lie on the page's own server; `isolatePage` of aion-web-miner/isolation registers it. It keeps
// nothing, changes nothing else, and does not touch images, styles or anything from other servers.

const policy =
  new URL(self.location.href).searchParams.get("coep") === "credentialless"
    ? "credentialless"
    : "require-corp";

/** What has a policy of its own: documents, and the scripts of workers. */
const EMBEDDERS = new Set(["document", "iframe", "frame", "worker", "sharedworker"]);

// A newer version takes the place of an older one at once: they differ in headers alone.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const own = new URL(request.url).origin === self.location.origin;
  if (own && EMBEDDERS.has(request.destination)) event.respondWith(isolated(request));
});

async function isolated(request) {
  const response = await fetch(request);
  // A redirect is the browser's to follow, and cannot be read here.
  if (response.type === "opaqueredirect" || response.type === "error") return response;
  const headers = new Headers(response.headers);
  headers.set("cross-origin-embedder-policy", policy);
  headers.set("cross-origin-opener-policy", "same-origin");
  const { status, statusText } = response;
  const bodyless = status === 204 || status === 205 || status === 304;
  return new Response(bodyless ? null : response.body, { status, statusText, headers });
}
