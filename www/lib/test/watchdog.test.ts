import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Watchdog } from "../src/watchdog.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("silence for the limit is told, once", () => {
  const silent = vi.fn();
  const watchdog = new Watchdog(5000, silent);
  watchdog.watch();
  vi.advanceTimersByTime(4999);
  expect(silent).not.toHaveBeenCalled();
  vi.advanceTimersByTime(60_000);
  expect(silent).toHaveBeenCalledOnce();
});

test("a sign of life puts it off, and means nothing while not watching", () => {
  const silent = vi.fn();
  const watchdog = new Watchdog(5000, silent);
  watchdog.heard();
  expect(vi.getTimerCount()).toBe(0);
  watchdog.watch();
  vi.advanceTimersByTime(4000);
  watchdog.heard();
  vi.advanceTimersByTime(4000);
  watchdog.rest();
  vi.advanceTimersByTime(60_000);
  expect(silent).not.toHaveBeenCalled();
});

test("a page that was suspended first reads the messages that waited; a second late wake-up is silence", () => {
  const silent = vi.fn();
  const watchdog = new Watchdog(5000, silent);
  watchdog.watch();
  vi.setSystemTime(Date.now() + 3_600_000);
  vi.advanceTimersByTime(5000);
  expect(silent).not.toHaveBeenCalled();
  vi.advanceTimersByTime(5000);
  expect(silent).toHaveBeenCalledOnce();
});
