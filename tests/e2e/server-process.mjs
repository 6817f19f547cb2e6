// A server of this repository as a process of its own, which a test can stop in every way that there is.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";

/** Starts the program that the variable names; resolves once it prints a line that `listening` matches. */
export async function startServer(variable, args, listening) {
  const program = process.env[variable];
  if (!program) throw new Error(`${variable} must name the program to test`);
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (said += text));
  const match = await new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`${program} ended with ${code}: ${said}`)));
    child.once("error", reject);
    let out = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      out += text;
      const line = listening.exec(out);
      if (line) resolve(line);
    });
  });
  const end = async (signal) => {
    if (child.exitCode !== null || child.signalCode !== null) return said;
    const gone = once(child, "close");
    child.kill(signal);
    await gone;
    return said;
  };
  return {
    match,
    /** Asks it to end; resolves with all that it logged. */
    stop: () => end("SIGTERM"),
    /** Ends it in the middle of whatever it does. */
    kill: () => end("SIGKILL"),
    /** Lets it do nothing more; its sockets stay open. */
    freeze: () => child.kill("SIGSTOP"),
  };
}

/** A loopback port that is free at the moment, for a server that must come back at the same one. */
export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
