import { vi } from "vitest";

/** An EventTarget that knows how many listeners it has. */
export class CountingTarget extends EventTarget {
  readonly #listeners = new Set<string>();
  #ids = new WeakMap<object, number>();
  #lastId = 0;

  /** How many listeners there are. */
  get listeners(): number {
    return this.#listeners.size;
  }

  override addEventListener(...args: Parameters<EventTarget["addEventListener"]>): void {
    super.addEventListener(...args);
    this.#listeners.add(this.#key(args[0], args[1]));
  }

  override removeEventListener(...args: Parameters<EventTarget["removeEventListener"]>): void {
    super.removeEventListener(...args);
    this.#listeners.delete(this.#key(args[0], args[1]));
  }

  #key(type: string, listener: object | null): string {
    if (listener === null) return "";
    const id = this.#ids.get(listener) ?? ++this.#lastId;
    this.#ids.set(listener, id);
    return `${type}/${id}`;
  }
}

/** What a document says of being seen, until the test ends. */
export class HandDocument extends CountingTarget {
  visibilityState: DocumentVisibilityState = "visible";

  static install(): HandDocument {
    const document = new HandDocument();
    vi.stubGlobal("document", document);
    return document;
  }

  become(state: DocumentVisibilityState): void {
    this.visibilityState = state;
    this.dispatchEvent(new Event("visibilitychange"));
  }
}

/** Whether the browser has a network, until the test ends. */
export class HandNetwork extends CountingTarget {
  readonly navigator = { onLine: true };

  static install(): HandNetwork {
    const network = new HandNetwork();
    vi.stubGlobal("navigator", network.navigator);
    vi.stubGlobal("addEventListener", network.addEventListener.bind(network));
    vi.stubGlobal("removeEventListener", network.removeEventListener.bind(network));
    return network;
  }

  become(state: "online" | "offline"): void {
    this.navigator.onLine = state === "online";
    this.dispatchEvent(new Event(state));
  }
}

interface LockRequest {
  readonly held: (lock: object | null) => Promise<void> | undefined;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

interface LockOptions {
  readonly steal?: boolean;
  readonly ifAvailable?: boolean;
  readonly signal?: AbortSignal;
}

/** The locks of a site, as far as exclusive ones go: a request waits its turn, is turned away, or takes it. */
export class HandLocks {
  readonly #holders = new Map<string, LockRequest>();
  readonly #queues = new Map<string, LockRequest[]>();

  static install(): HandLocks {
    const locks = new HandLocks();
    vi.stubGlobal("navigator", { locks });
    return locks;
  }

  /** How many requests hold a lock or wait for one. */
  get size(): number {
    return this.#holders.size + [...this.#queues.values()].flat().length;
  }

  request(name: string, options: LockOptions, held: LockRequest["held"]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const { steal = false, ifAvailable = false, signal } = options;
      const request = { held, resolve, reject };
      const queue = this.#queues.get(name) ?? [];
      this.#queues.set(name, queue);
      if (signal?.aborted === true) {
        reject(aborted());
      } else if (steal) {
        this.#holders.get(name)?.reject(aborted());
        this.#grant(name, request);
      } else if (!this.#holders.has(name)) {
        this.#grant(name, request);
      } else if (ifAvailable) {
        void Promise.resolve(held(null)).then(resolve, reject);
      } else {
        queue.push(request);
        signal?.addEventListener("abort", () => {
          if (!queue.includes(request)) return;
          queue.splice(queue.indexOf(request), 1);
          reject(aborted());
        });
      }
    });
  }

  #grant(name: string, request: LockRequest): void {
    this.#holders.set(name, request);
    void Promise.resolve()
      .then(() => request.held({ name }))
      .then(request.resolve, request.reject)
      .then(() => {
        if (this.#holders.get(name) !== request) return;
        this.#holders.delete(name);
        const next = this.#queues.get(name)?.shift();
        if (next !== undefined) this.#grant(name, next);
      });
  }
}

function aborted(): DOMException {
  return new DOMException("the request was aborted", "AbortError");
}
