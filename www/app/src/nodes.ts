/** The names of the nodes that the server lets this page ask. */
export async function fetchNodes(): Promise<string[]> {
  const response = await fetch("./nodes.json", { cache: "no-cache" });
  if (!response.ok) throw new Error(`the server answered ${response.status} to nodes.json`);
  const { nodes } = (await response.json()) as { nodes?: { name?: unknown }[] };
  return (nodes ?? []).flatMap(({ name }) => (typeof name === "string" ? [name] : []));
}

/** A request for a block. */
export interface BlockCall {
  readonly method: string;
  readonly params: readonly unknown[];
  /** What to ask of a node that does not know the method: some kernels serve the mining interface alone. */
  readonly otherwise?: BlockCall;
}

/** A request for a block by its number (decimal or `0x` hex), its hash, or the word “latest”; undefined for other text. */
export function blockCall(wanted: string): BlockCall | undefined {
  const text = wanted.trim().toLowerCase().replaceAll(/[,\s]/g, "");
  if (/^(0x)?[0-9a-f]{64}$/.test(text)) {
    return { method: "eth_getBlockByHash", params: [text.startsWith("0x") ? text : `0x${text}`, false] };
  }
  const isNumber = /^([0-9]+|0x[0-9a-f]+)$/.test(text) && BigInt(text) < 2n ** 64n;
  if (!isNumber && text !== "latest") return undefined;
  if (!isNumber) return { method: "eth_getBlockByNumber", params: [text, false] };
  const number = BigInt(text);
  // Kernels want an integer there; the few that JSON cannot hold go as digits.
  const height = number <= Number.MAX_SAFE_INTEGER ? Number(number) : number.toString();
  return {
    method: "eth_getBlockByNumber",
    params: [`0x${number.toString(16)}`, false],
    otherwise: { method: "getHeaderByBlockNumber", params: [height] },
  };
}

/** JSON-RPC 2.0, section 5.1: the method does not exist. */
const UNKNOWN_METHOD = -32601;

/** What a node answers, as JSON text. Rejects with the words of whoever refused: the server or the node. */
export async function askNode(node: string, call: BlockCall): Promise<string> {
  const response = await fetch(`./rpc/${encodeURIComponent(node)}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: call.method, params: call.params }),
  });
  const text = await response.text();
  const error = errorIn(text);
  if (error?.code === UNKNOWN_METHOD && call.otherwise) return askNode(node, call.otherwise);
  if (error !== undefined) throw new Error(error.message);
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return text;
}

function errorIn(text: string): { code: unknown; message: string } | undefined {
  try {
    const { error } = JSON.parse(text) as { error?: { code?: unknown; message?: unknown } | null };
    return typeof error?.message === "string" ? { code: error.code, message: error.message } : undefined;
  } catch {
    return undefined;
  }
}
