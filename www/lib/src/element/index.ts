/**
 * Importing this defines both elements: `<aion-miner>`, and the verifier's `<aion-block-proof>`. Where there is no DOM,
 * importing it does nothing.
 *
 * @module aion-web-miner/element
 */
import "aion-pow-verify/element";
import { MinerElement } from "./miner-element.js";

export { BLOCK_PROOF, BlockProofElement, type ProofState } from "aion-pow-verify/element";
export { MinerElement, type MinerElementState } from "./miner-element.js";

/** The element's name. */
export const AION_MINER = "aion-miner";

declare global {
  interface HTMLElementTagNameMap {
    "aion-miner": MinerElement;
  }
}

const registry = (globalThis as { customElements?: CustomElementRegistry }).customElements;
if (registry !== undefined && registry.get(AION_MINER) === undefined) {
  registry.define(AION_MINER, MinerElement);
}
