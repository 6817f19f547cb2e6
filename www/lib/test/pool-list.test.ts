import { expect, test } from "vitest";
import { PoolList } from "../src/pool-list.js";

const [A, B, C] = ["wss://a.example/pool/one", "wss://a.example/pool/two-b", "wss://c.example/pool/one"];
const listOf = (): PoolList => new PoolList([A, B, C]);

test("a list goes round: after the last comes the first", () => {
  const list = listOf();
  const seen = [0, 1, 2, 3].map(() => {
    const { current } = list;
    list.advance();
    return current;
  });
  expect(seen).toEqual([A, B, C, A]);
});

test("a pool that refused is passed over for good, and the last to refuse leaves none", () => {
  const list = listOf();
  list.advance();
  expect(list.refuse()).toBe(true);
  list.advance();
  expect(list.current).toBe(C);
  list.advance();
  list.advance();
  expect(list.current).toBe(C);
  expect(list.earlier).toEqual([0]);
  expect(list.refuse(0)).toBe(true);
  expect(list.earlier).toEqual([]);
  list.advance();
  expect(list.current).toBe(C);
  expect(list.refuse()).toBe(false);
});

test("earlier pools are those before the current one, the first first", () => {
  const list = listOf();
  expect(list.earlier).toEqual([]);
  list.select(2);
  expect(list.earlier).toEqual([0, 1]);
});

test.each([
  ["the current one's own", 0, "/pool/one", 0],
  ["another of the same host", 0, "/pool/two-b", 1],
  ["the same path at this host, not at the other", 2, "/pool/one", 2],
  ["a pool of another host", 2, "/pool/two-b", undefined],
  ["a pool that is not in the list", 0, "/pool/three", undefined],
  ["a name alone", 0, "one", undefined],
  ["a name that ends as another does", 0, "/pool/b", undefined],
  ["a path that is no pool's", 0, "/one", undefined],
  ["a longer path", 0, "/a/pool/one", undefined],
  ["no name", 0, "/pool/", undefined],
  ["an address", 0, A, undefined],
  ["another host", 0, "//a.example/pool/one", undefined],
])("what a proxy calls a pool: %s", (_, at, path, expected) => {
  const list = listOf();
  list.select(at);
  expect(list.at(path)).toBe(expected);
});

test("a proxy below a path of its site calls its pools the same", () => {
  const list = new PoolList(["wss://a.example/mining/pool/one", "wss://a.example/mining/pool/two"]);
  expect(list.at("/pool/two")).toBe(1);
});

test("a pool that has refused is not moved to", () => {
  const list = listOf();
  list.refuse(1);
  expect(list.at("/pool/two-b")).toBeUndefined();
});
