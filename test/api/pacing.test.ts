import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Endpoint } from "../../provider/api/endpoint.js";
import { instanceEndpoints } from "../../provider/api/instances.js";
import { offerEndpoints } from "../../provider/api/offers.js";
import { createPacing } from "../../provider/api/pacing.js";
import { CancelledError, ConnectionError, RateLimitedError } from "../../provider/errors.js";
import { startSimulator } from "../../simulator/index.js";
import { virtualClock } from "../support/virtual-clock.js";
import { clientOf, errorOf, testClock } from "./tiny-server.js";

const { show, rent, list, manage, destroy } = instanceEndpoints;
const tooFrequent = (thresholdSeconds?: number) =>
  new RateLimitedError({ status: 429, code: "rate_limited", route: "GET /", said: "slow down", thresholdSeconds });

/** A pacing whose calls note when they begin, in milliseconds from the start. */
function pacedCalls(clock = testClock()) {
  const pacing = createPacing({ clock, random: () => 0 });
  const startedAt = clock.now();
  const begun: { route: string; name: string | number; at: number }[] = [];
  const call = (endpoint: Endpoint, name: string | number = "", signal?: AbortSignal, outcome = async () => {}) =>
    pacing.paced(endpoint, { signal }, async () => {
      begun.push({ route: `${endpoint.method} ${endpoint.path}`, name, at: clock.now() - startedAt });
      await outcome();
    });
  return { call, begun, elapsed: () => clock.now() - startedAt };
}

describe("calls of one route", () => {
  it("go out at Vast's interval, in the order in which they came", async () => {
    const { call, begun } = pacedCalls();
    await Promise.all(["a", "b", "c"].map((name) => call(rent, name)));
    expect(begun.map(({ name, at }) => [name, Math.round(at)])).toEqual([
      ["a", 0],
      ["b", 4500],
      ["c", 9000],
    ]);
  });

  it.each([
    { answeredAfterMs: 200, nextAt: 4700 },
    { answeredAfterMs: 900, nextAt: 5400 },
    { answeredAfterMs: 3000, nextAt: 5500 },
  ])("count it from the answer, a second more at most: $answeredAfterMs ms", async ({ answeredAfterMs, nextAt }) => {
    const clock = testClock();
    const { call, begun } = pacedCalls(clock);
    await Promise.all([call(rent, "a", undefined, () => clock.sleep(answeredAfterMs)), call(rent, "b")]);
    expect(begun.map(({ at }) => Math.round(at))).toEqual([0, nextAt]);
  });

  it("leave a second after one that got no answer: it may still be on its way", async () => {
    const { call, begun } = pacedCalls();
    const lost = call(list, "lost", undefined, async () => {
      throw new ConnectionError("GET /", "unknown", "reset");
    });
    await Promise.all([lost.catch(() => {}), call(list, "next")]);
    expect(begun.map(({ at }) => Math.round(at))).toEqual([0, 2000]);
  });

  it("go out at once when the route was quiet", async () => {
    const clock = testClock();
    const { call, begun } = pacedCalls(clock);
    await call(rent);
    await clock.sleep(60_000);
    await call(rent);
    expect(begun.map(({ at }) => at)).toEqual([0, 60_000]);
  });

  it("do not wait for each other's answers", async () => {
    const clock = testClock();
    const { call, begun } = pacedCalls(clock);
    await Promise.all([call(list, "slow", undefined, () => clock.sleep(600_000)), call(list, "next")]);
    expect(begun.map(({ name, at }) => [name, Math.round(at)])).toEqual([
      ["slow", 0],
      ["next", 2000],
    ]);
  });

  it("go on after one that failed", async () => {
    const { call, begun } = pacedCalls();
    const failing = call(list, "fails", undefined, async () => {
      throw new ConnectionError("GET /", "unknown", "reset");
    });
    const next = call(list, "next");
    expect(await errorOf(failing)).toBeInstanceOf(ConnectionError);
    await next;
    expect(begun.map(({ name }) => name)).toEqual(["fails", "next"]);
  });
});

describe("calls of different routes", () => {
  it("do not wait for each other", async () => {
    const { call, begun } = pacedCalls();
    await Promise.all([rent, list, show, manage, destroy, offerEndpoints.search].map((endpoint) => call(endpoint)));
    expect(begun.map(({ at }) => at)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it("are those of different methods on one path", async () => {
    const { call, begun } = pacedCalls();
    expect([show.path, manage.path]).toEqual([destroy.path, destroy.path]);
    await Promise.all([call(show), call(manage), call(destroy)]);
    expect(begun.map(({ at }) => at)).toEqual([0, 0, 0]);
  });

  it("are not those of different ids on one route", async () => {
    const { call, begun } = pacedCalls();
    await Promise.all([call(show, 4711), call(show, 4712)]);
    expect(begun.map(({ at }) => Math.round(at))).toEqual([0, 2000]);
  });
});

it("keeps order and interval of every route, whoever comes when", async () => {
  const routes: readonly Endpoint[] = [show, rent, list];
  const arrivals = fc.array(fc.record({ route: fc.nat(2), afterMs: fc.nat(3000) }), { minLength: 1, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(arrivals, async (arriving) => {
      const clock = virtualClock();
      const { call, begun } = pacedCalls(clock);
      const calls: Promise<void>[] = [];
      for (const [i, { route, afterMs }] of arriving.entries()) {
        if (afterMs % 3 === 0) await clock.sleep(afterMs);
        calls.push(call(routes[route] ?? show, i));
      }
      await Promise.all(calls);
      clock.stop();
      for (const endpoint of routes) {
        const lane = begun.filter(({ route }) => route === `${endpoint.method} ${endpoint.path}`);
        for (const [i, later] of lane.slice(1).entries()) {
          const earlier = lane[i];
          expect(Number(later.name)).toBeGreaterThan(Number(earlier?.name));
          expect(later.at - Number(earlier?.at)).toBeGreaterThanOrEqual(endpoint.minIntervalSeconds * 1000 - 0.001);
        }
      }
      expect(begun).toHaveLength(arriving.length);
    }),
    { numRuns: 30 },
  );
});

describe("a caller that gives up", () => {
  it("is freed at once, behind however many others it waits", async () => {
    const { call, elapsed } = pacedCalls();
    const others = ["a", "b", "c"].map((name) => call(rent, name));
    const controller = new AbortController();
    const impatient = call(rent, "impatient", controller.signal);
    controller.abort(new CancelledError());
    expect(await errorOf(impatient)).toBe(controller.signal.reason);
    expect(elapsed()).toBe(0);
    await Promise.all(others);
  });

  it("does not hold back those behind", async () => {
    const { call, begun } = pacedCalls();
    const controller = new AbortController();
    const first = call(rent, "first");
    const impatient = call(rent, "impatient", controller.signal).catch(() => {});
    const last = call(rent, "last");
    await first;
    controller.abort(new CancelledError());
    await Promise.all([impatient, last]);
    expect(begun.map(({ name, at }) => [name, Math.round(at)])).toEqual([
      ["first", 0],
      ["last", 4500],
    ]);
  });

  it("before it came takes no place", async () => {
    const { call, begun } = pacedCalls();
    await errorOf(call(rent, "", AbortSignal.abort(new CancelledError())));
    await call(rent, "next");
    expect(begun).toEqual([expect.objectContaining({ name: "next", at: 0 })]);
  });

  it("before it came sends nothing", async () => {
    const { call, begun } = pacedCalls();
    expect(await errorOf(call(rent, "", AbortSignal.abort(new CancelledError())))).toBeInstanceOf(CancelledError);
    expect(begun).toEqual([]);
  });
});

describe("a 429", () => {
  const refusing = (seconds?: number) => async () => {
    throw tooFrequent(seconds);
  };

  /** When the calls after a 429 go out, in seconds. */
  async function timesAfter(seconds: number | undefined): Promise<number[]> {
    const { call, begun } = pacedCalls();
    await call(list, "too early", undefined, refusing(seconds)).catch(() => {});
    await Promise.all([call(list), call(list), call(list)]);
    return begun.slice(1).map(({ at }) => Math.round(at / 100) / 10);
  }

  it("teaches the interval that it names", async () => {
    expect(await timesAfter(5)).toEqual([5.5, 10.5, 15.5]);
  });

  it("that names less than is known is followed soon, and gives others room for a while", async () => {
    expect(await timesAfter(0.5)).toEqual([1.1, 3.1, 4.9]);
  });

  it("without a number does the same", async () => {
    expect(await timesAfter(undefined)).toEqual([1.1, 3.1, 4.9]);
  });

  it("widens the distance at most fourfold, and calls that pass narrow it to the least again", async () => {
    const { call, begun } = pacedCalls();
    for (let i = 0; i < 9; i += 1) await call(list, "too early", undefined, refusing()).catch(() => {});
    await Promise.all(Array.from({ length: 20 }, () => call(list)));
    const distances = begun.slice(9).map(({ at }, i, all) => Math.round((at - (all[i - 1]?.at ?? at)) / 10) / 100);
    expect(distances[1]).toBe(4);
    expect(distances.slice(-5)).toEqual([1, 1, 1, 1, 1]);
  });

  it("counts from its arrival: the server closed the route only then", async () => {
    const clock = testClock();
    const { call, begun } = pacedCalls(clock);
    const late = async () => {
      await clock.sleep(900);
      throw tooFrequent();
    };
    await call(list, "too early", undefined, late).catch(() => {});
    await call(list, "next");
    expect(Math.round(Number(begun.at(-1)?.at))).toBe(2000);
  });

  it("that asks for a long pause gets it once, and not between all later calls", async () => {
    expect(await timesAfter(60)).toEqual([66, 68, 69.8]);
  });

  it("holds back those who wait already", async () => {
    const { call, begun } = pacedCalls();
    await Promise.all([call(list, "too early", undefined, refusing(5)).catch(() => {}), call(list, "waiting")]);
    expect(begun.map(({ name, at }) => [name, Math.round(at)])).toEqual([
      ["too early", 0],
      ["waiting", 5500],
    ]);
  });

  it("leaves other routes alone", async () => {
    const { call, begun } = pacedCalls();
    await call(list, "too early", undefined, refusing(5)).catch(() => {});
    await call(show, "other");
    expect(begun.at(-1)?.at).toBe(0);
  });
});

describe("against a service that answers 429 to whoever is too fast", () => {
  it("30 reads at once meet none", async () => {
    const clock = testClock();
    const simulator = await startSimulator({ clock, pacing: true, offers: 0 });
    const client = clientOf(simulator.url, { clock });
    await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        i % 2 === 0 ? client.instances.list() : client.instances.show(4711).then(() => undefined),
      ),
    );
    const { requests } = simulator.world.view();
    await simulator.stop();
    expect(requests.map(({ status }) => status)).toEqual(Array.from({ length: 30 }, () => 200));
  });
});
