import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { StatusLine } from "../src/status-line.js";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  vi.stubGlobal("document", { createTextNode: (data: string) => ({ data }) });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a text is shown at once where the last one is a second old, and otherwise when it is", () => {
  const line = new StatusLine();
  line.show("Starting");
  expect(line.node.data).toBe("Starting");
  vi.advanceTimersByTime(400);
  line.show("Connecting");
  vi.advanceTimersByTime(599);
  expect(line.node.data).toBe("Starting");
  vi.advanceTimersByTime(1);
  expect(line.node.data).toBe("Connecting");
  vi.advanceTimersByTime(1000);
  line.show("Mining");
  expect(line.node.data).toBe("Mining");
});

test("of several texts within a second the last is shown, and none where the first is wanted again", () => {
  const line = new StatusLine();
  line.show("Mining");
  line.show("Paused");
  line.show("Mining");
  expect(vi.getTimerCount()).toBe(0);
  line.show("Paused");
  line.show("Stopped");
  vi.advanceTimersByTime(1000);
  expect(line.node.data).toBe("Stopped");
});

test("other figures alone are shown as seldom as is asked, other words as soon as ever", () => {
  const line = new StatusLine(5000);
  line.show("Mining: 1.25 solutions per second");
  vi.advanceTimersByTime(1000);
  line.show("Mining: 2 solutions per second");
  vi.advanceTimersByTime(3999);
  expect(line.node.data).toContain("1.25");
  vi.advanceTimersByTime(1);
  expect(line.node.data).toContain("2 solutions");
  vi.advanceTimersByTime(1000);
  line.show("Stopped");
  expect(line.node.data).toBe("Stopped");
});
