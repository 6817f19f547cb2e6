// The verifier by itself: whoever imports only this loads no line of the miner.
export * from "aion-pow-verify";
