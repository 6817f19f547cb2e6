/**
 * The life of a {@link StratumClient}, as one table.
 *
 * ```text
 * idle ──start──▶ connecting ──opened──▶ subscribing ──subscribed──▶ authorizing ──authorized──▶ authorized
 *                  ▲      │                   │                          │                        │     │
 *                retry   lost                lost                       lost                     lost  job
 *                  │      ▼                   ▼                          ▼                        ▼     ▼
 *                  └─ waiting ◀───────────────┴──────────────────────────┴────────────────────────┴── ready ◀─┐
 *                                                                                               lost    └─────┘
 *                                                                                                      returned
 * ```
 * `stop` leads to `stopped` from everywhere, and so does `refused` (every pool of the list has given an error that trying
 * again cannot mend) from every state that has a connection. `stopped` is the end: a new session is a new client.
 *
 * Which pool of the list the next try goes to is not part of the state: see {@link StratumClient.pool}. A connection that
 * is made beside the one in use, to see whether an earlier pool is back, has a life of its own in the same table; the
 * client hears of it when it has a job, by `returned`.
 */
export type ConnectionState =
  /** Made, not started. */
  | "idle"
  /** A WebSocket is opening. */
  | "connecting"
  /** `mining.subscribe` is sent and not answered. */
  | "subscribing"
  /** `mining.authorize` is sent and not answered. Jobs may already arrive. */
  | "authorizing"
  /** Authorized, and no job has come yet. Passed at once where one came before. */
  | "authorized"
  /** There is a job: jobs are handed out and shares can be submitted. */
  | "ready"
  /** Not connected; the next try is scheduled, or comes when the client is resumed. */
  | "waiting"
  /** Over. */
  | "stopped";

/** What can happen to a connection. */
export type ConnectionInput =
  | "start"
  | "opened"
  | "subscribed"
  | "authorized"
  /** The first job of a connection that is authorized. */
  | "job"
  /** An earlier pool is back: its connection has taken the place of this one. */
  | "returned"
  | "lost"
  | "retry"
  | "refused"
  | "stop";

/** Where each input leads; what is not listed does not happen in that state. */
export const TRANSITIONS: Readonly<
  Record<ConnectionState, Readonly<Partial<Record<ConnectionInput, ConnectionState>>>>
> = {
  idle: { start: "connecting", stop: "stopped" },
  connecting: { opened: "subscribing", lost: "waiting", refused: "stopped", stop: "stopped" },
  subscribing: { subscribed: "authorizing", lost: "waiting", refused: "stopped", stop: "stopped" },
  authorizing: { authorized: "authorized", lost: "waiting", refused: "stopped", stop: "stopped" },
  authorized: { job: "ready", lost: "waiting", refused: "stopped", stop: "stopped" },
  ready: { returned: "ready", lost: "waiting", refused: "stopped", stop: "stopped" },
  waiting: { retry: "connecting", stop: "stopped" },
  stopped: {},
};

/** The state after `input` in `state`, or undefined where that input has no meaning in that state. */
export function nextState(state: ConnectionState, input: ConnectionInput): ConnectionState | undefined {
  return TRANSITIONS[state][input];
}

/** The same where the input must have a meaning: another one is a mistake of the caller. */
export function stateAfter(state: ConnectionState, input: ConnectionInput): ConnectionState {
  const next = nextState(state, input);
  if (next === undefined) throw new Error(`connection state ${state} knows no ${input}`);
  return next;
}
