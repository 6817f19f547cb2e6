/** The names of the nodes that the server lets this page ask. */
export async function fetchNodes(): Promise<string[]> {
  const response = await fetch("./nodes.json", { cache: "no-cache" });
  if (!response.ok) throw new Error(`the server answered ${response.status} to nodes.json`);
  const { nodes } = (await response.json()) as { nodes?: { name?: unknown }[] };
  return (nodes ?? []).flatMap(({ name }) => (typeof name === "string" ? [name] : []));
}

/** A request for a block by its number (decimal or `0x` hex), its hash, or the word “latest”; undefined for other text. */
export function blockCall(wanted: string): { method: string; params: [string, false] } | undefined {
  const text = wanted.trim().toLowerCase().replaceAll(/[,\s]/g, "");
  if (/^(0x)?[0-9a-f]{64}$/.test(text)) {
    return { method: "eth_getBlockByHash", params: [text.startsWith("0x") ? text : `0x${text}`, false] };
  }
  const isNumber = /^([0-9]+|0x[0-9a-f]+)$/.test(text) && BigInt(text) < 2n ** 64n;
  if (!isNumber && text !== "latest") return undefined;
  const name = isNumber ? `0x${BigInt(text).toString(16)}` : text;
  return { method: "eth_getBlockByNumber", params: [name, false] };
}

/** What a node answers, as JSON text. Rejects with the words of whoever refused: the server or the node. */
export async function askNode(node: string, call: { method: string; params: unknown[] }): Promise<string> {
  const response = await fetch(`./rpc/${encodeURIComponent(node)}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, ...call }),
  });
  const text = await response.text();
  const message = errorIn(text);
  if (message !== undefined) throw new Error(message);
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return text;
}

function errorIn(text: string): string | undefined {
  try {
    const { error } = JSON.parse(text) as { error?: { message?: unknown } | null };
    return typeof error?.message === "string" ? error.message : undefined;
  } catch {
    return undefined;
  }
}
