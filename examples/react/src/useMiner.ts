import {
  Miner,
  MinerError,
  StratumError,
  type MinerState,
  type MinerStats,
  type PauseReason,
} from "aion-web-miner";
import { useCallback, useEffect, useRef, useState } from "react";

/** Where to mine, for whom, and with how many threads; half of the processors by default. */
export interface MinerSettings {
  readonly pool: string;
  readonly account: string;
  readonly threads?: number;
}

/** The last error, and in how many milliseconds the pool is tried again; null where it is not. */
export interface Trouble {
  readonly error: MinerError | StratumError;
  readonly retryInMs: number | null;
}

/** What a component shows of a miner. */
export interface MinerView {
  readonly state: MinerState;
  /** Null until the first start. */
  readonly stats: MinerStats | null;
  readonly pauseReasons: readonly PauseReason[];
  readonly trouble: Trouble | null;
}

/** A {@link MinerView}, and what the person who looks at it can do. */
export interface MinerControls extends MinerView {
  /** True from a start to its end. */
  readonly running: boolean;
  /** For the handler of a click alone: a miner starts on a person's gesture or not at all. */
  readonly start: () => void;
  readonly stop: () => void;
}

const NOT_STARTED: MinerView = { state: "idle", stats: null, pauseReasons: [], trouble: null };

/**
 * One miner for a component. It is made by `start` and never by rendering or an effect, so that React may do both as often
 * as it likes, which it does under StrictMode. When the component is unmounted, or the settings are others than those that
 * the person saw, the miner stops.
 */
export function useMiner({ pool, account, threads }: MinerSettings): MinerControls {
  const current = useRef<Miner | null>(null);
  const [view, setView] = useState(NOT_STARTED);

  useEffect(
    () => () => {
      const miner = current.current;
      // What it still tells while it ends is for nobody.
      current.current = null;
      void miner?.stop();
      setView(NOT_STARTED);
    },
    [pool, account, threads],
  );

  const start = useCallback(() => {
    const fail = (cause: unknown): void => {
      if (!(cause instanceof MinerError || cause instanceof StratumError)) throw cause;
      // Whoever stopped it knows.
      if (cause.code === "stopped") return;
      setView((view) => ({ ...view, trouble: { error: cause, retryInMs: null } }));
    };
    let miner: Miner;
    try {
      miner = current.current ??= follow(
        new Miner({ pool, worker: account, ...(threads !== undefined && { threads }) }),
        (miner, change) => {
          if (miner === current.current) setView((view) => ({ ...view, ...change }));
        },
      );
    } catch (error) {
      fail(error);
      return;
    }
    setView((view) => ({ ...view, trouble: null }));
    miner.start().catch((error: unknown) => {
      if (miner === current.current) fail(error);
    });
  }, [pool, account, threads]);

  const stop = useCallback(() => {
    void current.current?.stop();
  }, []);

  return { ...view, running: !["idle", "stopped", "failed"].includes(view.state), start, stop };
}

/** Tells every change of what is shown of a miner. */
function follow(miner: Miner, tell: (miner: Miner, change: Partial<MinerView>) => void): Miner {
  miner.addEventListener("state", ({ detail: { state } }) => {
    tell(miner, { state, pauseReasons: miner.pauseReasons, ...(state === "mining" && { trouble: null }) });
  });
  miner.addEventListener("pause", ({ detail: { reasons } }) => {
    tell(miner, { pauseReasons: reasons });
  });
  miner.addEventListener("stats", ({ detail }) => {
    tell(miner, { stats: detail });
  });
  miner.addEventListener("error", ({ detail: { error, retryInMs } }) => {
    tell(miner, { trouble: { error, retryInMs } });
  });
  return miner;
}
