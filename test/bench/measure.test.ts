import { describe, expect, it } from "vitest";
import { bootSeconds } from "../../bench/lower-bound.mts";
import { answerSeconds, effortOf, lagOf, makespanSeconds, ticksOf } from "../../bench/measure.mts";
import type { Exchange } from "../../bench/wire-tap.mts";

const LIST = "/api/v1/instances/";

function exchange(method: string, path: string, more: Partial<Exchange> = {}): Exchange {
  return { method, path, askedAt: 0, answeredAt: 100, status: 200, asks: [], running: [], ...more };
}

function look(asks: number[], more: Partial<Exchange> = {}): Exchange {
  return exchange("GET", LIST, { asks, ...more });
}

describe("an operation's effort", () => {
  it("counts requests by kind, what was refused, and the time from the first request to the last answer", () => {
    const effort = effortOf([
      exchange("POST", "/api/v0/bundles/", { askedAt: 1000, answeredAt: 1200 }),
      exchange("PUT", "/api/v0/asks/45000001/", { askedAt: 2000, answeredAt: 2100, status: 429 }),
      exchange("PUT", "/api/v0/asks/45000001/", { askedAt: 6000, answeredAt: 9000 }),
      exchange("GET", "/api/v0/instances/7", { askedAt: 7000, answeredAt: 7100 }),
      exchange("PUT", "/api/v0/instances/7/", { askedAt: 7000, answeredAt: 7100 }),
      exchange("DELETE", "/api/v0/instances/", { askedAt: 7000, answeredAt: 7100 }),
      exchange("GET", "/api/v0/users/current/", { askedAt: 7000, answeredAt: 7100 }),
    ]);
    expect(effort).toEqual({
      requests: { search: 1, rent: 2, show: 1, manage: 1, destroy: 1, other: 1 },
      calls: 7,
      tooFrequent: 1,
      tooFrequentTo: { rent: 1 },
      seconds: 8,
    });
  });

  it("has no time without a request", () => {
    expect(effortOf([])).toMatchObject({ calls: 0, seconds: null });
  });
});

it("counts the makespan from the first request of a create", () => {
  const exchanges = [
    exchange("POST", "/api/v0/bundles/", { askedAt: 0, answeredAt: 50_000 }),
    look([], { askedAt: 10_000, answeredAt: 10_100 }),
    exchange("PUT", "/api/v0/asks/1/", { askedAt: 11_000, answeredAt: 11_100 }),
    look([1], { askedAt: 30_000, answeredAt: 31_000 }),
  ];
  expect(makespanSeconds(exchanges, "list")).toBe(21);
  expect(makespanSeconds(exchanges, "destroy")).toBeNull();
});

describe("the lag", () => {
  const createdAt = new Date(0).toISOString();
  const runsAt = [0, 1].map((k) => bootSeconds(k) * 1000);
  const [first = 0, second = 0] = runsAt;

  it("ends with the first answer to a look at the instance that shows it running", () => {
    const exchanges = [
      look([1, 2], { answeredAt: first - 500 }),
      // Asked for another reason.
      look([], { answeredAt: first + 500, running: [1] }),
      look([1, 2], { answeredAt: first + 1500, running: [1] }),
      look([1, 2], { answeredAt: first + 3500, running: [1] }),
      look([2], { answeredAt: second + 2500, running: [2] }),
    ];
    const rented = [
      { id: 1, createdAt },
      { id: 2, createdAt },
    ];
    const lag = lagOf(exchanges, rented, false);
    expect(lag.seconds.map((seconds) => seconds.toFixed(3))).toEqual(["1.500", "2.500"]);
    expect(lag).toMatchObject({ unseen: 0 });
    expect(lagOf(exchanges, rented, true).seconds[0]).toBeCloseTo(0.5);
  });

  it("tells of instances that nobody saw running", () => {
    expect(lagOf([look([1])], [{ id: 1, createdAt }], false)).toMatchObject({ seconds: [], unseen: 1 });
  });
});

describe("ticks", () => {
  const ids = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);

  it("compares the calls of each look at all with the fewest possible", () => {
    const tick = [look(ids(0, 25)), look(ids(25, 25)), look(ids(50, 10))];
    expect(ticksOf([...tick, ...tick])).toEqual({ ticks: 2, mean: 1, worst: 1 });
  });

  it("counts one call for each instance as what it is", () => {
    const shows = ids(1, 10).map((id) => exchange("GET", `/api/v0/instances/${id}/`, { asks: [id] }));
    expect(ticksOf([...shows, ...shows])).toEqual({ ticks: 2, mean: 10, worst: 10 });
  });

  it("is unknown of who never names ids", () => {
    expect(ticksOf([look([])])).toBeNull();
  });
});

it("says how long the answers to looks took", () => {
  const slow = exchange("PUT", "/api/v0/asks/1/", { answeredAt: 9000 });
  expect(answerSeconds([look([1], { answeredAt: 200 }), look([1], { answeredAt: 400 }), slow])).toBeCloseTo(0.3);
  expect(answerSeconds([slow])).toBeNull();
});
