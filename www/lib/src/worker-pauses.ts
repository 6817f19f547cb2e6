/** A wait that can be ended early. */
export interface Rest {
  /** Resolves after the time, or when the rest is cut. */
  readonly over: Promise<void>;
  cut(): void;
}

/** Rests for `ms` milliseconds, in which messages are handled and no processor is used. */
export function rest(ms: number): Rest {
  let cut = (): void => undefined;
  const over = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    cut = () => {
      clearTimeout(timer);
      resolve();
    };
  });
  return { over, cut };
}

// Timers are clamped to 4 ms and more when nested; a message to oneself is not.
const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port2.onmessage = () => {
  waiting.shift()?.();
};

/** Lets the messages that wait be handled, and goes on. */
export function yieldToMessages(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    channel.port1.postMessage(null);
  });
}
