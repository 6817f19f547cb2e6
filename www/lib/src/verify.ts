/**
 * The verifier by itself, as `aion-pow-verify` has it: whoever imports only this loads no line of the miner.
 *
 * @module aion-web-miner/verify
 */
export * from "aion-pow-verify";
