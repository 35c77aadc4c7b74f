import { expect, it } from "vitest";
import { memoryGrowthKb } from "../../bench/memory-growth.mts";
import { median, percentile } from "../../bench/order-statistics.mts";
import { leftOutBecause, speedOf } from "../../bench/plan.mts";
import { stateBytesOf } from "../../bench/state-bytes.mts";
import { figures } from "./given.js";

it("finds medians and percentiles in any order", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([])).toBeNaN();
  const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
  expect(percentile(hundred, 0.95)).toBe(95);
  expect(percentile(hundred, 0.5)).toBe(50);
  expect(percentile([3, 1, 2], 0.5)).toBe(2);
  expect(percentile([7], 0.95)).toBe(7);
  expect(percentile([], 0.95)).toBeNaN();
});

it("counts the growth of memory from a few machines on", () => {
  const few = figures({ count: 20, liveKb: 1000, sdkLiveKb: 500 });
  const more = figures({ count: 30, liveKb: 1500, sdkLiveKb: 700 });
  expect(memoryGrowthKb(more, [few, more])).toBe(50);
  expect(memoryGrowthKb(more, [few, more], "sdkLiveKb")).toBe(20);
  expect(memoryGrowthKb(few, [few, more])).toBeNull();
  expect(memoryGrowthKb(more, [figures({ contender: "plain", count: 20, liveKb: 1000 }), more])).toBeNull();
  expect(memoryGrowthKb({ ...more, liveKb: null }, [few])).toBeNull();
});

it("measures the state of machines alone, in bytes", () => {
  const machine = { type: "pulumi-nodejs:dynamic/vastai:Instance", id: "7", outputs: { name: "ü" } };
  const resources = [{ type: "pulumi:pulumi:Stack", outputs: { much: "x".repeat(999) } }, machine];
  const bytes = stateBytesOf(JSON.stringify({ deployment: { resources } }));
  expect(bytes.withOutputs).toBe(JSON.stringify(machine).length + 1);
  expect(bytes.besideOutputs).toBe(JSON.stringify({ type: machine.type, id: "7" }).length);
});

it("slows down where lags are measured, and leaves the others out where they take too long", () => {
  expect(speedOf(20)).toBeLessThan(speedOf(100));
  expect(leftOutBecause("ours", 500)).toBeUndefined();
  expect(leftOutBecause("plain", 100)).toBeUndefined();
  expect(leftOutBecause("plain", 500)).toMatch(/too long/);
});
