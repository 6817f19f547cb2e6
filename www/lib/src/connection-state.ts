/**
 * The life of a {@link StratumClient}, as one table.
 *
 * ```text
 * idle ──start──▶ connecting ──opened──▶ subscribing ──subscribed──▶ authorizing ──authorized──▶ ready
 *                  ▲      │                   │                          │                        │
 *                retry   lost                lost                       lost                     lost
 *                  │      ▼                   ▼                          ▼                        ▼
 *                  └─ waiting ◀───────────────┴──────────────────────────┴────────────────────────┘
 * ```
 * `stop` leads to `stopped` from everywhere, and so does `refused` (an error that trying again cannot mend) from every
 * state that has a connection. `stopped` is the end: a new session is a new client.
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
  /** Authorized: jobs are handed out and shares can be submitted. */
  | "ready"
  /** Not connected; the next try is scheduled. */
  | "waiting"
  /** Over. */
  | "stopped";

/** What can happen to a connection. */
export type ConnectionInput =
  "start" | "opened" | "subscribed" | "authorized" | "lost" | "retry" | "refused" | "stop";

/** Where each input leads; what is not listed does not happen in that state. */
export const TRANSITIONS: Readonly<
  Record<ConnectionState, Readonly<Partial<Record<ConnectionInput, ConnectionState>>>>
> = {
  idle: { start: "connecting", stop: "stopped" },
  connecting: { opened: "subscribing", lost: "waiting", refused: "stopped", stop: "stopped" },
  subscribing: { subscribed: "authorizing", lost: "waiting", refused: "stopped", stop: "stopped" },
  authorizing: { authorized: "ready", lost: "waiting", refused: "stopped", stop: "stopped" },
  ready: { lost: "waiting", refused: "stopped", stop: "stopped" },
  waiting: { retry: "connecting", stop: "stopped" },
  stopped: {},
};

/** The state after `input` in `state`, or undefined where that input has no meaning in that state. */
export function nextState(state: ConnectionState, input: ConnectionInput): ConnectionState | undefined {
  return TRANSITIONS[state][input];
}
