import { beforeEach, describe, expect, it } from "vitest";
import { CancelledError } from "../provider/errors.js";
import { beforeDeadline, durationText, lookUntil } from "../provider/wait.js";
import { errorOf, testClock } from "./api/tiny-server.js";
import type { VirtualClock } from "./support/virtual-clock.js";

/** Looks whose times are noted, in milliseconds from the start; `see` says what is found when. */
function looking(see: (elapsedMs: number, nth: number) => string | undefined | Promise<string | undefined>) {
  const clock = testClock();
  const startedAt = clock.now();
  const times: number[] = [];
  const until = (lastsMs: number, { everyMs = 1000, signal }: { everyMs?: number; signal?: AbortSignal } = {}) =>
    lookUntil(
      clock,
      async () => {
        times.push(clock.now() - startedAt);
        return see(clock.now() - startedAt, times.length - 1);
      },
      { everyMs, deadline: startedAt + lastsMs, signal },
    );
  return { clock, times, until, elapsed: () => clock.now() - startedAt };
}

describe("looking until something is found", () => {
  it("gives what the first look finds, at once", async () => {
    const { until, times } = looking(() => "there");
    expect(await until(60_000)).toBe("there");
    expect(times).toEqual([0]);
  });

  it("looks again and again until it is there", async () => {
    const { until, times } = looking((elapsed) => (elapsed >= 3000 ? "there" : undefined));
    expect(await until(60_000)).toBe("there");
    expect(times).toEqual([0, 1000, 2000, 3000]);
  });

  it("has its last look at the deadline, and then gives nothing", async () => {
    const { until, times } = looking(() => undefined);
    expect(await until(2500)).toBeUndefined();
    expect(times).toEqual([0, 1000, 2000, 2500]);
  });

  it("gives what the look at the deadline finds", async () => {
    const { until } = looking((elapsed) => (elapsed === 2500 ? "there" : undefined));
    expect(await until(2500)).toBe("there");
  });

  it("gives what a look finds that ends after the deadline", async () => {
    const { until, clock } = looking(async () => {
      await clock.sleep(10_000);
      return "there";
    });
    expect(await until(2500)).toBe("there");
  });

  it("looks once more after a look that began before the deadline, and ended behind it", async () => {
    const { until, times, clock } = looking(async (_elapsed, nth) => {
      await clock.sleep(2000);
      return nth === 1 ? "there" : undefined;
    });
    expect(await until(1500)).toBe("there");
    expect(times).toEqual([0, 2000]);
  });

  it("looks once when the deadline has passed before", async () => {
    const { until, times } = looking(() => undefined);
    expect(await until(-1)).toBeUndefined();
    expect(times).toEqual([0]);
  });

  it.each(["", 0, false, null])("takes %j for something found", async (found) => {
    const clock = testClock();
    const options = { everyMs: 1000, deadline: clock.now() + 5000, signal: undefined };
    const startedAt = clock.now();
    expect(await lookUntil<unknown>(clock, async () => found, options)).toBe(found);
    expect(clock.now()).toBe(startedAt);
  });

  it("counts the time of a look on the interval's end", async () => {
    const { until, times, clock } = looking(async (_elapsed, nth) => {
      await clock.sleep(400);
      return nth === 2 ? "there" : undefined;
    });
    await until(60_000);
    expect(times).toEqual([0, 1400, 2800]);
  });

  it("ends with the error of a look", async () => {
    const error = new Error("no");
    const { until, times } = looking((_elapsed, nth) => (nth === 1 ? Promise.reject(error) : undefined));
    expect(await errorOf(until(60_000))).toBe(error);
    expect(times).toEqual([0, 1000]);
  });

  it("ends between two looks when it is cancelled", async () => {
    const controller = new AbortController();
    const { until, elapsed } = looking((_elapsed, nth) => {
      if (nth === 2) setImmediate(() => controller.abort(new CancelledError()));
      return undefined;
    });
    expect(await errorOf(until(60_000, { signal: controller.signal }))).toBeInstanceOf(CancelledError);
    expect(elapsed()).toBe(2000);
  });
});

describe("work with a deadline", () => {
  let clock: VirtualClock;
  beforeEach(() => {
    clock = testClock();
  });
  const inASecond = (signal?: AbortSignal) => ({ deadline: clock.now() + 1000, signal });
  const never = new Promise<string>(() => {});

  it("gives what the work gives, or fails as it fails", async () => {
    expect(await beforeDeadline(clock, inASecond(), async () => "done")).toBe("done");
    const failing = async () => {
      throw new CancelledError("as it failed");
    };
    expect(await errorOf(beforeDeadline(clock, inASecond(), failing))).toMatchObject({ message: "as it failed" });
  });

  it("gives nothing when the time is over, also when the work does not listen to its signal", async () => {
    const startedAt = clock.now();
    expect(await beforeDeadline(clock, inASecond(), () => never)).toBeUndefined();
    expect(clock.now() - startedAt).toBe(1000);
  });

  it("tells the work when the time is over", async () => {
    const listening = (signal: AbortSignal) => clock.sleep(60_000, signal).then(() => "done");
    const startedAt = clock.now();
    expect(await beforeDeadline(clock, inASecond(), listening)).toBeUndefined();
    expect(clock.now() - startedAt).toBe(1000);
  });

  it("fails with the caller's reason when that gives up", async () => {
    const cancelled = new AbortController();
    const waiting = errorOf(beforeDeadline(clock, inASecond(cancelled.signal), () => never));
    cancelled.abort(new CancelledError());
    expect(await waiting).toBeInstanceOf(CancelledError);
  });
});

describe("a time for people", () => {
  it.each([
    [0, "0 s"],
    [499, "0 s"],
    [500, "1 s"],
    [45_000, "45 s"],
    [59_499, "59 s"],
    [59_500, "1 min 0 s"],
    [125_000, "2 min 5 s"],
    [3_599_499, "59 min 59 s"],
    [3_599_500, "1 h 0 min"],
    [4_800_000, "1 h 20 min"],
    [90_000_000, "25 h 0 min"],
  ])("of %i ms is %s", (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});
