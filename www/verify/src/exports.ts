export { type BlockOptions, verifyBlock, verifyJson } from "./block.js";
export type { Difficulty } from "./boundary.js";
export type { Bytes } from "./bytes.js";
export { type EquihashClaim, verifyEquihash } from "./equihash.js";
export { type ManyOptions, verifyEach, verifyMany } from "./many.js";
export {
  type BlockResult,
  type Check,
  type CheckName,
  type NotChecked,
  type Reason,
  VerifyError,
  type VerifyErrorCode,
  type VerifyResult,
} from "./result.js";
export {
  solutionTree,
  type SolutionClaim,
  type SolutionResult,
  type Subject,
  verifySolution,
} from "./solution.js";
export type { WasmInput, WasmSource } from "./verifier.js";
