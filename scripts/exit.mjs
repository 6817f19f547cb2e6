// How the commands end.
import { BootstrapError } from "./bootstrap/machine.mjs";
import { ProgramFailed } from "./run.mjs";

/** Runs `main`; what the reader can mend, or has already read, is shown without a stack trace. */
export async function exitCleanly(main) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof BootstrapError || error instanceof ProgramFailed)) throw error;
    console.error(`\n${error.message}`);
    process.exitCode = 1;
  }
}
