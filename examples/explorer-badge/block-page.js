import { judgeBlock } from "./judge-block.js";

// Yours to change: where your explorer has the block of this page, as a node answers it to eth_getBlockByHash.
const BLOCK = "block.json";

/** The hash in the page's address, ?hash=0x…: only a block that hashes to it is the one that was asked for. */
const hash = new URLSearchParams(location.search).get("hash");

const BADGES = {
  valid: ["✓", "Proof of work checked by your browser"],
  invalid: ["✗", "Proof of work not valid"],
  another: ["✗", "Not the block that was asked for"],
  malformed: ["✗", "Not a valid block header"],
  nothing: ["–", "No proof of work to check"],
  "not-fetched": ["!", "The block could not be fetched"],
  "not-checked": ["!", "Proof of work not checked"],
};

const part = (id) => document.getElementById(id);

function showBadge(state, mark, said, why = "") {
  part("badge").dataset.state = state;
  part("badge").querySelector(".mark").textContent = mark;
  part("said").textContent = said;
  part("why").textContent = why && `${why.charAt(0).toUpperCase()}${why.slice(1)}.`;
  part("why").hidden = why === "";
  part("again").hidden = state !== "not-fetched" && state !== "not-checked";
}

function showFacts(text, result) {
  // What the browser computed is taken from the result, and what only the explorer says from the block.
  const answer = JSON.parse(text);
  const block = answer.result ?? answer;
  const seconds = Number(block.timestamp);
  const facts = [
    ["Number", result.number?.toLocaleString("en")],
    ["Hash, computed here", result.blockHash && `0x${result.blockHash}`],
    ["Proof-of-work hash, computed here", result.powHash && `0x${result.powHash}`],
    ["Must be below", result.boundary && `0x${result.boundary}`],
    ["Difficulty", result.difficulty && BigInt(result.difficulty).toLocaleString("en")],
    ["Mined by", block.miner],
    ["Time", Number.isFinite(seconds) ? new Date(1000 * seconds).toUTCString() : undefined],
    ["Transactions", block.transactions?.length],
  ].filter(([, value]) => value !== undefined);
  part("fact-list").replaceChildren(
    ...facts.map(([name, value]) => {
      const row = document.createElement("div");
      row.append(made("dt", name), made("dd", value));
      return row;
    }),
  );
  const title = result.number === undefined ? "Block" : `Block ${result.number.toLocaleString("en")}`;
  part("title").textContent = title;
  document.title = `${title} · Example Explorer`;
}

function showSteps({ checks = [], notChecked = [] }) {
  const step = ({ name, ok, detail }) => `${ok ? "✓" : "✗"} ${name.replaceAll("-", " ")}: ${detail}`;
  part("step-list").replaceChildren(...checks.map((check) => made("li", step(check))));
  part("open-list").replaceChildren(...notChecked.map(({ detail }) => made("li", detail)));
}

function made(name, text) {
  const element = document.createElement(name);
  element.textContent = text;
  return element;
}

async function show() {
  showBadge("checking", "…", "Loading the block…");
  const { state, why, text, result } = await judgeBlock(BLOCK, hash === null ? {} : { expectedHash: hash });
  const judged = ["valid", "invalid", "another"].includes(state);
  part("facts").hidden = part("steps").hidden = !judged;
  if (judged) {
    showFacts(text, result);
    showSteps(result);
  }
  showBadge(state, ...BADGES[state], why);
}

part("again").addEventListener("click", show);
await show();
