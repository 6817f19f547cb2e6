import { capabilities, defaultThreads } from "aion-web-miner";
import { useMiner, type MinerSettings } from "./useMiner.js";
import { statusWords } from "./words.js";

/** Says for whom it mines and with how much of the device, starts and stops it, and shows how it goes. */
export function MinerPanel({ settings, owner }: { settings: MinerSettings; owner: string }) {
  const miner = useMiner(settings);
  const { running, stats, state } = miner;
  const environment = capabilities();
  const threads = environment.crossOriginIsolated ? (settings.threads ?? defaultThreads(environment)) : 1;
  const { accepted = 0, rejected = 0, stale = 0, unanswered = 0 } = stats ?? {};
  return (
    <section className="panel" aria-label="Miner">
      <p>
        Mines Aion for <strong>{owner}</strong>, account <span className="mono">{settings.account}</span>
      </p>
      <p className="quiet">
        While it mines, this page uses {threads} of {environment.processors} processor threads.
      </p>
      <button
        type="button"
        className={running ? "main running" : "main"}
        disabled={state === "stopping"}
        onClick={running ? miner.stop : miner.start}
      >
        {running ? "Stop mining" : "Start mining"}
      </button>
      <p role="status" className="status">
        {statusWords(miner)}
      </p>
      <dl>
        <Figure name="Rate, Sol/s" value={(stats?.solutionsPerSecond ?? 0).toFixed(1)} />
        <Figure name="Shares accepted" value={accepted} />
        <Figure name="Refused or late" value={rejected + stale} />
        <Figure name="Unanswered" value={unanswered} />
      </dl>
    </section>
  );
}

function Figure({ name, value }: { name: string; value: string | number }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
