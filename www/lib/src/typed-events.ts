// Server-side renderers import this package in environments that may lack EventTarget; a class must still be definable.
const Base: typeof EventTarget =
  (globalThis as { EventTarget?: typeof EventTarget }).EventTarget ??
  (function NoEventTarget() {
    throw new Error("this environment has no EventTarget");
  } as unknown as typeof EventTarget);

/** An event listener that knows the `detail` of its event. */
export type TypedListener<Detail> = (event: CustomEvent<Detail>) => void;

/** An `EventTarget` whose event names and details are given by the map `Events`. */
export class TypedEventTarget<Events extends object> extends Base {
  /** As the platform's, with the `detail` of the event known. */
  override addEventListener<Name extends keyof Events & string>(
    name: Name,
    listener: TypedListener<Events[Name]> | null,
    options?: AddEventListenerOptions | boolean,
  ): void;
  /** As the platform's, for any other name. */
  override addEventListener(
    name: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: AddEventListenerOptions | boolean,
  ): void;
  override addEventListener(
    name: string,
    listener: TypedListener<never> | EventListenerOrEventListenerObject | null,
    options?: AddEventListenerOptions | boolean,
  ): void {
    super.addEventListener(name, listener as EventListener | null, options);
  }

  /** As the platform's. */
  override removeEventListener<Name extends keyof Events & string>(
    name: Name,
    listener: TypedListener<Events[Name]> | null,
    options?: EventListenerOptions | boolean,
  ): void;
  /** As the platform's, for any other name. */
  override removeEventListener(
    name: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: EventListenerOptions | boolean,
  ): void;
  override removeEventListener(
    name: string,
    listener: TypedListener<never> | EventListenerOrEventListenerObject | null,
    options?: EventListenerOptions | boolean,
  ): void {
    super.removeEventListener(name, listener as EventListener | null, options);
  }

  /** Dispatches a `CustomEvent` with that detail. */
  protected emit<Name extends keyof Events & string>(name: Name, detail: Events[Name]): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
