import { expect, test } from "vitest";
import { PoolList } from "../src/pool-list.js";

const [A, B, C] = ["wss://a.example/pool/one", "wss://a.example/pool/two%20b", "wss://c.example/pool/one"];
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
  ["the current one's own name", 0, "one", 0],
  ["another of the same host", 0, "two b", 1],
  ["a name of another host only", 2, "two b", undefined],
  ["the same name at this host, not at the other", 2, "one", 2],
  ["a name that no pool has", 0, "three", undefined],
  ["no name", 0, "", undefined],
  ["the start of a name", 0, "on", undefined],
  ["a path instead of a name", 0, "pool/one", undefined],
  ["an address instead of a name", 0, A, undefined],
])("a proxy's name for a pool: %s", (_, at, name, expected) => {
  const list = listOf();
  list.select(at);
  expect(list.named(name)).toBe(expected);
});

test("a pool that has refused has no name any more", () => {
  const list = listOf();
  list.refuse(1);
  expect(list.named("two b")).toBeUndefined();
});
