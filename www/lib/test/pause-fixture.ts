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
