// Answers by Node: a process of its own for each artifact.
import { fork } from "node:child_process";
import { once } from "node:events";
import { BenchError } from "../bench-error.mjs";

/** `ask(request)` resolves to the process's answer; a fresh request gets a new process. */
export function startNode() {
  let child;
  let gone;
  const close = async () => {
    if (!child) return;
    child.kill();
    await gone;
  };
  return {
    async ask(request) {
      if (request.fresh) {
        await close();
        child = fork(new URL("node-child.mjs", import.meta.url));
        gone = once(child, "exit");
      }
      const answered = once(child, "message");
      const ended = gone.then(([code, signal]) => {
        throw new BenchError(`node ended by itself: ${signal ?? code}`);
      });
      child.send(request);
      const [answer] = await Promise.race([answered, ended]);
      return answer;
    },
    close,
  };
}
