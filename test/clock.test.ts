import { afterEach, describe, expect, it, vi } from "vitest";
import { systemClock, untilAborted } from "../provider/clock.js";
import { CancelledError } from "../provider/errors.js";
import { errorOf } from "./api/tiny-server.js";

// The machine's clock has real timers: everything here takes a few milliseconds of the wall.
const never = new Promise<never>(() => {});
const moment = () => new Promise<void>((resolve) => setTimeout(resolve, 5));

afterEach(() => vi.restoreAllMocks());

describe("the clock of the machine", () => {
  it("tells the time of the wall", () => {
    expect(Math.abs(systemClock().now() - Date.now())).toBeLessThan(50);
  });

  it("runs as fast as it is told", async () => {
    const clock = systemClock(10_000);
    const [before, wall] = [clock.now(), performance.now()];
    await moment();
    const ratio = (clock.now() - before) / (performance.now() - wall);
    expect(ratio).toBeGreaterThan(9000);
    expect(ratio).toBeLessThan(11_000);
  });

  it("is not moved when somebody sets the machine's clock", () => {
    const clock = systemClock();
    const before = clock.now();
    vi.spyOn(Date, "now").mockReturnValue(0);
    expect(clock.now()).toBeGreaterThanOrEqual(before);
    expect(clock.now()).toBeLessThan(before + 1000);
  });
});

describe("a sleep", () => {
  it("lasts as long as it should on that clock", async () => {
    const clock = systemClock(10_000);
    const before = clock.now();
    await clock.sleep(100_000);
    expect(clock.now() - before).toBeGreaterThanOrEqual(90_000);
  });

  it.each([0, -1000])("of %i milliseconds ends at once", async (ms) => {
    await systemClock().sleep(ms);
  });

  it("that is longer than a timer can be does not end at once", async () => {
    const controller = new AbortController();
    const sleep = systemClock().sleep(2 ** 40, controller.signal);
    const ended = await Promise.race([sleep.then(() => "ended"), moment().then(() => "sleeping")]);
    controller.abort();
    await errorOf(sleep);
    expect(ended).toBe("sleeping");
  });

  it("ends with the signal's reason when it is aborted", async () => {
    const controller = new AbortController();
    const sleep = systemClock().sleep(3_600_000, controller.signal);
    const reason = new CancelledError();
    controller.abort(reason);
    expect(await errorOf(sleep)).toBe(reason);
  });

  it("does not begin when it is aborted already", async () => {
    const reason = new CancelledError();
    expect(await errorOf(systemClock().sleep(3_600_000, AbortSignal.abort(reason)))).toBe(reason);
  });

  it("leaves no listener on a signal that outlives it", async () => {
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, "addEventListener");
    const removed = vi.spyOn(signal, "removeEventListener");
    await systemClock().sleep(1, signal);
    expect([added.mock.calls.length, removed.mock.calls.length]).toEqual([1, 1]);
    expect(removed.mock.calls[0]?.[1]).toBe(added.mock.calls[0]?.[1]);
  });
});

describe("a time limit", () => {
  it("aborts when it is over", async () => {
    const { signal } = systemClock().timeLimit(1);
    await moment();
    expect(signal.aborted).toBe(true);
  });

  it("is not shortened by a clock that runs faster: the network does not hurry along", async () => {
    const limit = systemClock(10_000).timeLimit(10_000);
    await moment();
    expect(limit.signal.aborted).toBe(false);
    limit.cancel();
  });

  it("that is cancelled never aborts", async () => {
    const limit = systemClock().timeLimit(1);
    limit.cancel();
    await moment();
    expect(limit.signal.aborted).toBe(false);
  });

  it("that is longer than a timer can be does not abort at once", async () => {
    const limit = systemClock().timeLimit(2 ** 40);
    await moment();
    expect(limit.signal.aborted).toBe(false);
    limit.cancel();
  });
});

describe("work until it is aborted", () => {
  it("gives its result", async () => {
    expect(await untilAborted(Promise.resolve(5), undefined)).toBe(5);
    expect(await untilAborted(Promise.resolve(5), new AbortController().signal)).toBe(5);
  });

  it("gives its error", async () => {
    const error = new Error("no");
    expect(await errorOf(untilAborted(Promise.reject(error), undefined))).toBe(error);
    expect(await errorOf(untilAborted(Promise.reject(error), new AbortController().signal))).toBe(error);
  });

  it("ends with the signal's reason while the work goes on", async () => {
    const controller = new AbortController();
    const work = untilAborted(never, controller.signal);
    const reason = new CancelledError();
    controller.abort(reason);
    expect(await errorOf(work)).toBe(reason);
  });

  it("ends with the reason of a signal that was aborted before", async () => {
    const reason = new CancelledError();
    expect(await errorOf(untilAborted(never, AbortSignal.abort(reason)))).toBe(reason);
  });

  it("leaves no listener on a signal that outlives it", async () => {
    const { signal } = new AbortController();
    const removed = vi.spyOn(signal, "removeEventListener");
    await untilAborted(Promise.resolve(5), signal);
    await moment();
    expect(removed).toHaveBeenCalledOnce();
  });
});
