/** What the node of a local proxy answers for the newest block of the development chain: null in it until one was mined. */
export async function newestBlock(proxy) {
  const call = { jsonrpc: "2.0", id: 1, method: "eth_getBlockByNumber", params: ["latest", false] };
  const headers = { "content-type": "application/json", origin: proxy };
  const response = await fetch(`${proxy}/rpc/local`, { method: "POST", headers, body: JSON.stringify(call) });
  if (!response.ok) throw new Error(`the proxy answered with status ${response.status}`);
  return response.text();
}
