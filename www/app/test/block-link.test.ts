import { deflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import { blockLink, isBlockLink, LINK_LIMIT, LINKED_TEXT_LIMIT, linkedBlock } from "../src/block-link.js";

const link = (bytes: Uint8Array): string => `#block=${Buffer.from(bytes).toString("base64url")}`;

test("a block goes into a link and comes out with every digit, space alone lost", async () => {
  const text = '{ "a b\\" ":  12345678901234567890,\n "c": "ü \\\\", "d": [ 1.50 ] }';
  const fragment = await blockLink(text);
  expect(fragment).toMatch(/^#block=[\w-]+$/);
  expect(isBlockLink(fragment ?? "")).toBe(true);
  expect(await linkedBlock(fragment ?? "")).toBe('{"a b\\" ":12345678901234567890,"c":"ü \\\\","d":[1.50]}');
});

test("other fragments are none of ours", () => {
  expect(["", "#verify", "#blocks"].map(isBlockLink)).toEqual([false, false, false]);
});

test("a block that is too large for a link gets none", async () => {
  const digits = Buffer.from(
    Uint32Array.from({ length: 4096 }, (_, i) => Math.imul(i + 1, 2654435761)).buffer,
  );
  expect(await blockLink(`"${digits.toString("hex")}"`)).toBeUndefined();
  expect(await blockLink(`"${"0".repeat(LINKED_TEXT_LIMIT)}"`)).toBeUndefined();
});

test.each([
  [
    "a cut one",
    async () => (await blockLink(`"${"ab12".repeat(99)}"`))?.slice(0, -4) ?? "",
    /cut off or was changed/,
  ],
  ["no base64", () => "#block=%%%", /cut off or was changed/],
  ["other bytes", () => link(Uint8Array.of(255, 255, 1)), /cut off or was changed/],
  ["one that swells", () => link(deflateRawSync(Buffer.alloc(1_000_000))), /more than 65536 bytes/],
  ["an endless one", () => `#block=${"A".repeat(LINK_LIMIT)}`, /at most 16384 are taken/],
])("%s is refused with the reason", async (_, make, reason) => {
  await expect(Promise.resolve(make()).then(linkedBlock)).rejects.toThrow(reason);
});
