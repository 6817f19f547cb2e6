// Fetches requests from the bench, hands them to a worker, and sends its answers back.

let worker;

/** The present worker's answer; a request that opens something gets a new worker, whatever the last one did. */
function ask(request) {
  if (request.fresh) {
    worker?.terminate();
    worker = new Worker("worker.js", { type: "module" });
  }
  return new Promise((resolve) => {
    worker.onerror = (event) => resolve({ error: event.message || "the worker did not start" });
    worker.onmessage = ({ data }) => resolve(data);
    worker.postMessage(request);
  });
}

for (;;) {
  const request = await (await fetch("/next")).json();
  const answer = await ask(request);
  await fetch("/answer", { method: "POST", body: JSON.stringify(answer) });
}
