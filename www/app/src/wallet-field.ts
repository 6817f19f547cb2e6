import { isAddress } from "aion-web-miner";
import { DEVELOPMENT_POOL } from "./pools.js";

/** An account whose key nobody has, for the pool inside the server. */
export const DEVELOPMENT_ADDRESS = `0xa0${"de7e10".repeat(10)}de`;

/** What is wrong with an address, in words; empty where nothing is. */
export function addressFault(text: string): string {
  if (text === "") return "An account of the chain: 0xa0 and 62 more hex digits.";
  if (isAddress(text)) return "";
  if (!"0xa0".startsWith(text.slice(0, 4).toLowerCase())) return "An address begins with 0xa0.";
  const odd = /[^0-9a-f]/i.exec(text.slice(2))?.[0];
  if (odd !== undefined) return `“${odd}” is not a hex digit.`;
  return `An address has 66 characters; this has ${text.length}.`;
}

/** The wallet field with its note; filled in by itself for the development pool alone. */
export class WalletField {
  readonly #input: HTMLInputElement;
  readonly #note: HTMLElement;

  constructor(input: HTMLInputElement, note: HTMLElement) {
    this.#input = input;
    this.#note = note;
    input.addEventListener("input", () => {
      this.#judge();
    });
  }

  get address(): string {
    return this.#input.value.trim();
  }

  set address(address: string) {
    this.#input.value = address;
    this.#judge();
  }

  get valid(): boolean {
    return isAddress(this.address);
  }

  /** To be told when the pool changes: the development address is for one pool only. */
  poolChanged(pool: string): void {
    if (pool === DEVELOPMENT_POOL && this.address === "") this.#input.value = DEVELOPMENT_ADDRESS;
    if (pool !== DEVELOPMENT_POOL && this.address === DEVELOPMENT_ADDRESS) this.#input.value = "";
    this.#judge();
  }

  /** Moves the focus to the field. */
  focus(): void {
    this.#input.focus();
  }

  /** Mining fixes the address. */
  set locked(locked: boolean) {
    this.#input.disabled = locked;
  }

  #judge(): void {
    const fault = addressFault(this.address);
    const wrong = fault !== "" && this.address !== "";
    this.#input.setAttribute("aria-invalid", String(wrong));
    this.#note.classList.toggle("bad", wrong);
    this.#note.textContent =
      this.address === DEVELOPMENT_ADDRESS
        ? "Development address: nobody has its key. For trying out the pool inside this server."
        : fault;
  }
}
