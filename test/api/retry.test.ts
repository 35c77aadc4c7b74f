import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Effect } from "../../provider/api/endpoint.js";
import { delayBeforeRetry, isUnknownOutcome, withRetry } from "../../provider/api/retry.js";
import {
  ApiError,
  AuthError,
  CancelledError,
  ConnectionError,
  NotFoundError,
  OfferGoneError,
  RateLimitedError,
  SettingsError,
  WireFormatError,
} from "../../provider/errors.js";
import { virtualClock } from "../support/virtual-clock.js";
import { errorOf, testClock } from "./tiny-server.js";

const ROUTE = "PUT /api/v0/asks/{offerId}/";
const effects: readonly Effect[] = ["read", "idempotent", "rents"];

const refusal = (status: number, more = {}) => ({ status, code: "x", route: ROUTE, said: "no", ...more });
const rateLimited = (thresholdSeconds?: number) => new RateLimitedError(refusal(429, { thresholdSeconds }));
const notSent = () => new ConnectionError(ROUTE, "not sent", "ECONNREFUSED");
const lost = () => new ConnectionError(ROUTE, "unknown", "ECONNRESET");

describe("whether a failed call is repeated", () => {
  const again: Record<string, [error: unknown, read: boolean, idempotent: boolean, rents: boolean]> = {
    "429": [rateLimited(), true, true, true],
    "429 that names its seconds": [rateLimited(4.5), true, true, true],
    "a connection that was refused": [notSent(), true, true, true],
    "a lost answer": [lost(), true, true, false],
    "an answer that is no JSON": [new WireFormatError(ROUTE, 200, "x"), true, true, false],
    "HTTP 500": [new ApiError(refusal(500)), true, true, false],
    "HTTP 502": [new ApiError(refusal(502)), true, true, false],
    "HTTP 503": [new ApiError(refusal(503)), true, true, false],
    "HTTP 504": [new ApiError(refusal(504)), true, true, false],
    "HTTP 408": [new ApiError(refusal(408)), true, true, false],
    "HTTP 400": [new ApiError(refusal(400)), false, false, false],
    "HTTP 200 with success false": [new ApiError(refusal(200)), false, false, false],
    "HTTP 410": [new ApiError(refusal(410)), false, false, false],
    "a redirect": [new ApiError(refusal(308)), false, false, false],
    "a search quota that is used up": [
      new ApiError(refusal(429, { code: "search_quota_exceeded" })),
      false,
      false,
      false,
    ],
    absence: [new NotFoundError(refusal(404)), false, false, false],
    "a taken offer": [new OfferGoneError(refusal(400)), false, false, false],
    "a refused key": [new AuthError(refusal(404)), false, false, false],
    "a missing key": [new SettingsError("x"), false, false, false],
    "a cancelled run": [new CancelledError(), false, false, false],
    "a mistake in our code": [new TypeError("x"), false, false, false],
    "something thrown that is no error": ["x", false, false, false],
    // However it is dressed: the contract is there.
    "429 that names a contract": [new RateLimitedError(refusal(429, { newContract: 4711 })), false, false, false],
    "HTTP 500 that names a contract": [new ApiError(refusal(500, { newContract: 4711 })), false, false, false],
  };
  const table = Object.entries(again).flatMap(([name, [error, ...answers]]) =>
    effects.map((effect, i) => [effect, name, answers[i] ? "again" : "no", error] as const),
  );

  it.each(table)("%s after %s: %s", (effect, _name, answer, error) => {
    expect(delayBeforeRetry(effect, error, 1, 0.5) === undefined ? "no" : "again").toBe(answer);
  });
});

describe("the delay before a repeat", () => {
  it.each([
    [1, 500, 1000],
    [2, 1000, 2000],
    [3, 2000, 4000],
    [4, 4000, 8000],
  ])("after try %i is at random from %i to %i ms", (tried, least, most) => {
    expect(delayBeforeRetry("read", lost(), tried, 0)).toBe(least);
    expect(delayBeforeRetry("read", lost(), tried, 1)).toBe(most);
  });

  it("is what a 429 asks for, and a little more at random", () => {
    expect(delayBeforeRetry("rents", rateLimited(12), 1, 0)).toBe(12_000);
    expect(delayBeforeRetry("rents", rateLimited(12), 1, 1)).toBe(15_000);
  });

  it("is short after a 429 that asks for less: the pacing keeps the distance", () => {
    expect(delayBeforeRetry("read", rateLimited(1), 5, 0)).toBe(2000);
    expect(delayBeforeRetry("read", rateLimited(1), 1, 0)).toBe(1000);
  });

  it("comes after 429 for an hour, however often, and no longer", () => {
    const hour = 3_600_000;
    expect(delayBeforeRetry("read", rateLimited(), 500, 0.5, hour - 10_000)).toBeGreaterThan(0);
    expect(delayBeforeRetry("rents", rateLimited(12), 500, 0.5, hour - 10_000)).toBeUndefined();
  });

  const anError = fc.oneof(
    fc.constantFrom(lost(), notSent(), new ApiError(refusal(502)), new WireFormatError(ROUTE, 200, "x")),
    fc.double({ min: 0.1, max: 60, noNaN: true }).map(rateLimited),
  );
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

  it("never exceeds half a minute, or what a 429 asks for and a quarter", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...effects),
        anError,
        fc.integer({ min: 1, max: 1e6 }),
        random,
        (effect, error, tried, r) => {
          const asked = error instanceof RateLimitedError ? (error.refusal.thresholdSeconds ?? 0) * 1250 : 0;
          expect(delayBeforeRetry(effect, error, tried, r) ?? 0).toBeLessThanOrEqual(Math.max(30_000, asked));
        },
      ),
    );
  });

  it("is above nought, so that a loop can never spin", () => {
    fc.assert(
      fc.property(anError, fc.integer({ min: 1, max: 20 }), random, (error, tried, r) => {
        expect(delayBeforeRetry("read", error, tried, r) ?? 1).toBeGreaterThan(0);
      }),
    );
  });
});

describe("a call with repeats", () => {
  it("gives the first answer that comes", async () => {
    const clock = testClock();
    const failures = [lost(), new ApiError(refusal(502)), rateLimited(3)];
    let calls = 0;
    const answer = await withRetry("read", clock, undefined, async () => {
      calls += 1;
      const failure = failures.shift();
      if (failure) throw failure;
      return "at last";
    });
    expect([answer, calls]).toEqual(["at last", 4]);
  });

  it("waits as long as a 429 asks for", async () => {
    const clock = testClock();
    const startedAt = clock.now();
    const times: number[] = [];
    await withRetry("rents", clock, undefined, async () => {
      times.push(clock.now() - startedAt);
      if (times.length === 1) throw rateLimited(12);
    });
    expect(times[1]).toBeGreaterThanOrEqual(12_000);
    expect(times[1]).toBeLessThanOrEqual(15_000);
  });

  it.each([
    ["5 tries against a fault", lost(), 5],
    ["1 try against a refusal", new ApiError(refusal(400)), 1],
  ])("gives up after %s, with the last error", async (_statement, error, tries) => {
    const clock = testClock();
    let calls = 0;
    const thrown = await errorOf(
      withRetry("read", clock, undefined, async () => {
        calls += 1;
        throw error;
      }),
    );
    expect([thrown, calls]).toEqual([error, tries]);
  });

  it("outlasts any number of 429, and has all its tries left for a fault after them", async () => {
    const clock = testClock();
    const failures = [...Array.from({ length: 50 }, () => rateLimited(1)), lost(), lost(), lost(), lost()];
    expect(
      await withRetry("read", clock, undefined, async () => {
        const failure = failures.shift();
        if (failure) throw failure;
        return "answer";
      }),
    ).toBe("answer");
  });

  it("gives up after an hour of 429, with the last error", async () => {
    const clock = testClock();
    const startedAt = clock.now();
    const error = rateLimited(60);
    const thrown = await errorOf(
      withRetry("read", clock, undefined, async () => {
        throw error;
      }),
    );
    expect(thrown).toBe(error);
    expect(clock.now() - startedAt).toBeGreaterThan(3_500_000);
    expect(clock.now() - startedAt).toBeLessThanOrEqual(3_600_000);
  });

  it("ends its wait at once when it is aborted", async () => {
    const clock = testClock();
    const startedAt = clock.now();
    const controller = new AbortController();
    const call = withRetry("read", clock, controller.signal, async () => {
      queueMicrotask(() => controller.abort(new CancelledError()));
      throw rateLimited(60);
    });
    expect(await errorOf(call)).toBeInstanceOf(CancelledError);
    expect(clock.now()).toBe(startedAt);
  });
});

describe("for every order of failures", () => {
  const kinds = {
    lost,
    notSent,
    rateLimited: () => rateLimited(2),
    gateway: () => new ApiError(refusal(502)),
    unreadable: () => new WireFormatError(ROUTE, 200, "x"),
    refused: () => new ApiError(refusal(400)),
    made: () => new RateLimitedError(refusal(429, { newContract: 4711 })),
  };
  const failures = fc.array(fc.constantFrom(...(Object.keys(kinds) as (keyof typeof kinds)[])), {
    minLength: 12,
    maxLength: 15,
  });

  /** Runs a call that fails in this order; which failures it met. */
  async function run(effect: Effect, order: readonly (keyof typeof kinds)[]): Promise<(keyof typeof kinds)[]> {
    const clock = virtualClock();
    const met: (keyof typeof kinds)[] = [];
    await withRetry(effect, clock, undefined, async () => {
      const kind = order[met.length] ?? "lost";
      met.push(kind);
      throw kinds[kind]();
    }).catch(() => {});
    clock.stop();
    return met;
  }

  it("a call ends after at most five faults, and never because of 429", async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...effects), failures, async (effect, order) => {
        const met = await run(effect, order);
        expect(met.filter((kind) => kind !== "rateLimited").length).toBeLessThanOrEqual(5);
        expect(met.at(-1)).not.toBe("rateLimited");
      }),
    );
  });

  it("a rent is never repeated once it may have been carried out", async () => {
    await fc.assert(
      fc.asyncProperty(failures, async (order) => {
        const met = await run("rents", order);
        for (const kind of met.slice(0, -1)) expect(["notSent", "rateLimited"]).toContain(kind);
      }),
    );
  });
});

describe("the outcome of a failed call", () => {
  it.each<[string, unknown, boolean]>([
    ["a lost answer", lost(), true],
    ["an unreadable answer", new WireFormatError(ROUTE, 200, "x"), true],
    ["a gateway's fault", new ApiError(refusal(502)), true],
    ["a server that gave up waiting", new ApiError(refusal(408)), true],
    ["a request that never left", notSent(), false],
    ["a 429", rateLimited(), false],
    ["a refusal", new ApiError(refusal(400)), false],
    ["a taken offer", new OfferGoneError(refusal(410)), false],
    ["a cancelled run", new CancelledError(), false],
  ])("is told after %s", (_name, error, unknown) => {
    expect(isUnknownOutcome(error)).toBe(unknown);
  });
});
