export { type BlockOptions, verifyBlock, verifyJson } from "./block.js";
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
export { solutionTree, verifySolution } from "./solution.js";
export type { WasmSource } from "./verifier.js";
