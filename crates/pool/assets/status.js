// Shows /status.json, asked every two seconds.

const EVERY_MS = 2_000;

const state = document.getElementById("state");
const figures = document.getElementById("figures");
const workers = document.getElementById("workers");

const duration = (seconds) => {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3_600)} h`;
};

const stateText = ({ chain, job }) => {
  const pause = job !== null && !job.handedOut ? " No job is handed out." : "";
  switch (chain.state) {
    case "working":
      return "The chain gives work.";
    case "waiting":
      return `Waiting for a template: ${chain.message}.${pause}`;
    case "down":
      return `The kernel gives no answer: ${chain.message}.${pause}`;
    default:
      return "Starting.";
  }
};

const figuresOf = ({ dialect, job, connections, banned, counts }) => [
  ["Height", job?.height ?? "none yet"],
  ["Age of the job", job === null ? "none yet" : duration(job.ageSeconds)],
  ["Connections", connections],
  ["Shares accepted", counts.accepted],
  ["Shares refused", counts.rejected],
  ["Refused as stale", counts.stale],
  ["Refused as duplicate", counts.duplicate],
  ["Blocks found", counts.blocks],
  ["Blocks confirmed", counts.confirmed],
  ["Blocks not confirmed", counts.unconfirmed],
  ["Addresses banned", banned],
  ["Dialect", dialect],
];

const rowOf = (worker) => [
  worker.worker,
  worker.connections,
  worker.difficulty ?? "",
  worker.accepted,
  worker.invalid,
  worker.stale,
  worker.duplicate,
  worker.blocks,
  worker.lastShareSeconds === null ? "none" : `${duration(worker.lastShareSeconds)} ago`,
];

// Text alone: what a client calls its rig is never markup.
const element = (name, text) => Object.assign(document.createElement(name), { textContent: text });

const show = (status) => {
  const text = stateText(status);
  if (state.textContent !== text) state.textContent = text;
  const items = figuresOf(status).map(([term, value]) => {
    const item = document.createElement("div");
    item.append(element("dt", term), element("dd", value));
    return item;
  });
  figures.replaceChildren(...items);
  const rows = status.workers.map((worker) => {
    const row = document.createElement("tr");
    row.append(...rowOf(worker).map((value) => element("td", value)));
    return row;
  });
  workers.replaceChildren(...rows);
};

const ask = async () => {
  try {
    const response = await fetch("status.json", { cache: "no-store" });
    if (!response.ok) throw new Error(`HTTP status ${response.status}`);
    show(await response.json());
  } catch (error) {
    state.textContent = `The pool gives no answer: ${error.message}`;
  }
  setTimeout(ask, EVERY_MS);
};

void ask();
