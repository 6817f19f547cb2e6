import { capabilities, defaultThreads, Miner } from "aion-web-miner";

// Yours to change. The pool is an address of your stratum-proxy, such as "wss://pool.example/pool/main" (then name it
// under connect-src in _headers too); this one is on the page's own server. The account gets what is mined: 0xa0 and 62
// hex digits. This one is nobody's.
const POOL = `${location.origin.replace(/^http/, "ws")}/pool/local`;
const ACCOUNT = "0xa000000000000000000000000000000000000000000000000000000000000000";
const OWNER = "Example Library";

const PAUSES = {
  hidden: "this tab is hidden",
  battery: "this device runs on its battery",
  pressure: "this device is busy with other work",
  metered: "the connection is metered",
  "other-tab": "another tab of this site mines already",
  offline: "this device is offline",
};

const part = (id) => document.getElementById(id);
const miner = new Miner({ pool: POOL, worker: ACCOUNT });
/** The last error; null once it is over. */
let trouble = null;

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

function words() {
  const why = trouble === null ? "" : `${capital(trouble.error.message)} (${trouble.error.code}). `;
  switch (miner.state) {
    case "idle":
      return "Not mining. Nothing runs until you press Start mining.";
    case "mining":
      return "Mining.";
    case "paused":
      return `Paused, because ${miner.pauseReasons.map((reason) => PAUSES[reason]).join(" and ")}.`;
    case "reconnecting":
      return `${why}It tries again by itself.`;
    case "waiting-for-job":
      return "Connected. The pool has no work yet.";
    case "stopping":
      return "Stopping…";
    case "stopped":
      return "Stopped.";
    case "failed":
      return `${why}Mining has ended.`;
    default:
      return `${why}Starting…`;
  }
}

const running = () => !["idle", "stopped", "failed"].includes(miner.state);

function show() {
  part("toggle").textContent = running() ? "Stop mining" : "Start mining";
  part("toggle").classList.toggle("running", running());
  part("toggle").disabled = miner.state === "stopping";
  // Only what is new: screen readers read every change of a status.
  if (part("status").textContent !== words()) part("status").textContent = words();
}

function showFigures() {
  const { solutionsPerSecond, accepted, rejected, stale, unanswered } = miner.stats;
  part("rate").textContent = solutionsPerSecond.toFixed(1);
  part("accepted").textContent = accepted;
  part("lost").textContent = rejected + stale + unanswered;
}

miner.addEventListener("state", ({ detail }) => {
  if (detail.state === "mining") trouble = null;
  show();
});
miner.addEventListener("pause", show);
miner.addEventListener("stats", showFigures);
miner.addEventListener("error", ({ detail }) => {
  trouble = detail;
  show();
});

part("toggle").addEventListener("click", async () => {
  if (running()) {
    await miner.stop(); // resolves when no worker is left
    return;
  }
  trouble = null;
  try {
    await miner.start(); // only ever on a person's gesture
  } catch (error) {
    if (error.code !== "stopped") trouble = { error };
    show();
  }
});

const { crossOriginIsolated, processors } = capabilities();
const threads = crossOriginIsolated ? defaultThreads(capabilities()) : 1;
part("owner").textContent = OWNER;
part("account").textContent = ACCOUNT;
part("usage").textContent = `While it mines, this page uses ${threads} of ${processors} processor threads.`;
show();
