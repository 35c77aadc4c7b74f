import { describe, expect, it } from "vitest";
import { type GatherOptions, gather } from "../../provider/account/gather.js";
import { CancelledError } from "../../provider/errors.js";
import { errorOf, testClock } from "../api/tiny-server.js";

/** Work that is noted, and that answers how often it was done. */
function gathered(
  work: (keys: number[], nth: number) => Promise<string> = async (_keys, nth) => `run ${nth}`,
  options?: GatherOptions,
) {
  const clock = testClock();
  const startedAt = clock.now();
  const runs: number[][] = [];
  const begun: number[] = [];
  const run = (keys: number[]) => {
    runs.push(keys);
    begun.push(clock.now() - startedAt);
    return work(keys, runs.length);
  };
  return { clock, runs, begun, ask: gather<number, string>(clock, run, options) };
}

describe("callers that come together", () => {
  it("are served by one run with all their keys", async () => {
    const { ask, runs } = gathered();
    expect(await Promise.all([ask(1), ask(2), ask(2)])).toEqual(["run 1", "run 1", "run 1"]);
    expect(runs).toEqual([[1, 2, 2]]);
  });

  it("come within 60 milliseconds of the last; later ones have a run of their own", async () => {
    const { ask, runs, clock } = gathered();
    const first = ask(1);
    await clock.sleep(59);
    const second = ask(2);
    await clock.sleep(60);
    const third = ask(3);
    await clock.sleep(81);
    const fourth = ask(4);
    expect(await Promise.all([first, second, third, fourth])).toEqual(["run 1", "run 1", "run 1", "run 2"]);
    expect(runs).toEqual([[1, 2, 3], [4]]);
  });

  it("do not keep it open for ever", async () => {
    const { ask, runs, begun, clock } = gathered();
    const asked: Promise<string>[] = [];
    for (let i = 0; i < 100; i += 1) {
      asked.push(ask(i));
      await clock.sleep(30);
    }
    await Promise.all(asked);
    expect(begun[0]).toBe(1200);
    expect(runs.flat()).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  it("go in one run where the next may not begin yet", async () => {
    const { ask, runs, begun, clock } = gathered(undefined, { spacingMs: 3000 });
    const first = ask(1);
    await first;
    const [second] = [ask(2), await clock.sleep(1000)];
    const third = ask(3);
    await Promise.all([second, third]);
    expect(runs).toEqual([[1], [2, 3]]);
    expect(begun).toEqual([60, 3060]);
  });

  it("do not join work that has begun: its answer may be older than their question", async () => {
    const { ask, runs, clock } = gathered(async (_keys, nth) => {
      await clock.sleep(10_000);
      return `run ${nth}`;
    });
    const first = ask(1);
    await clock.sleep(5000);
    expect(await ask(2)).toBe("run 2");
    expect(await first).toBe("run 1");
    expect(runs).toEqual([[1], [2]]);
  });

  it("share the run after one that takes long, where one goes at a time, also when that one fails", async () => {
    const work = async (_keys: number[], nth: number) => {
      await clock.sleep(10_000);
      if (nth === 1) throw new Error("no");
      return `run ${nth}`;
    };
    const { ask, runs, begun, clock } = gathered(work, { spacingMs: 1000, oneAtATime: true });
    const first = errorOf(ask(1));
    await clock.sleep(2000);
    const second = ask(2);
    await clock.sleep(2000);
    const third = ask(3);
    expect(await Promise.all([second, third])).toEqual(["run 2", "run 2"]);
    expect(await first).toEqual(new Error("no"));
    expect(runs).toEqual([[1], [2, 3]]);
    expect(begun).toEqual([60, 10_060]);
  });

  it("all get the error of the work, and the next ones a new run", async () => {
    const { ask } = gathered(async (_keys, nth) => {
      if (nth === 1) throw new Error("no");
      return `run ${nth}`;
    });
    const failed = await Promise.all([errorOf(ask(1)), errorOf(ask(2))]);
    expect(failed).toEqual([new Error("no"), new Error("no")]);
    expect(await ask(3)).toBe("run 2");
  });
});

describe("a caller that is cancelled", () => {
  it("is freed at once and leaves the others alone", async () => {
    const { ask, clock } = gathered();
    const startedAt = clock.now();
    const controller = new AbortController();
    const cancelled = ask(1, controller.signal);
    const other = ask(2);
    controller.abort(new CancelledError());
    expect(await errorOf(cancelled)).toBe(controller.signal.reason);
    expect(clock.now()).toBe(startedAt);
    expect(await other).toBe("run 1");
  });

  it("before it asked begins no work", async () => {
    const { ask, runs, clock } = gathered();
    expect(await errorOf(ask(1, AbortSignal.abort(new CancelledError())))).toBeInstanceOf(CancelledError);
    await clock.sleep(1000);
    expect(runs).toEqual([]);
  });

  it("does not bring its key into the work of others", async () => {
    const { ask, runs } = gathered();
    const other = ask(2);
    await errorOf(ask(1, AbortSignal.abort(new CancelledError())));
    await other;
    expect(runs).toEqual([[2]]);
  });

  it("leaves no unhandled error behind when the work fails afterwards", async () => {
    const { ask, clock } = gathered(async () => {
      throw new Error("nobody hears this");
    });
    const controller = new AbortController();
    const cancelled = ask(1, controller.signal);
    controller.abort(new CancelledError());
    await errorOf(cancelled);
    await clock.sleep(1000);
  });
});
