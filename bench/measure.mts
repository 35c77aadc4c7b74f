// From exchanges to figures. Pure: the same exchanges give the same figures.
import { countByKind, type Kind, kindOf } from "./kinds.mts";
import { bootSeconds } from "./lower-bound.mts";
import { median, percentile } from "./order-statistics.mts";
import type { Exchange } from "./wire-tap.mts";

/** A contract of the world, as far as it is measured. */
export interface Rented {
  readonly id: number;
  /** ISO time on the world's clock. */
  readonly createdAt: string;
}

/** Calls and world seconds of one operation. */
export interface Effort {
  readonly requests: Partial<Record<Kind, number>>;
  readonly calls: number;
  /** Answers 429, and to what. */
  readonly tooFrequent: number;
  readonly tooFrequentTo: Partial<Record<Kind, number>>;
  /** From the first request to the last answer, in seconds of the world; null without a request. */
  readonly seconds: number | null;
}

/** Seconds of the world from running to noticed. */
export interface Lag {
  /** Of each instance, in the order of renting. */
  readonly seconds: readonly number[];
  readonly median: number;
  readonly p95: number;
  /** Instances that nobody ever saw running. */
  readonly unseen: number;
}

/** How many looks one round at all waiting instances took. */
export interface Ticks {
  readonly ticks: number;
  /** Calls ÷ ⌈ids ÷ 25⌉: the mean of all ticks, and the worst. */
  readonly mean: number;
  readonly worst: number;
}

const PAGE = 25;

export function effortOf(exchanges: readonly Exchange[]): Effort {
  const seconds =
    exchanges.length === 0
      ? null
      : (Math.max(...exchanges.map(({ answeredAt }) => answeredAt)) -
          Math.min(...exchanges.map(({ askedAt }) => askedAt))) /
        1000;
  const refused = exchanges.filter(({ status }) => status === 429);
  return {
    requests: countByKind(exchanges),
    calls: exchanges.length,
    tooFrequent: refused.length,
    tooFrequentTo: countByKind(refused),
    seconds,
  };
}

/**
 * The seconds from the first request of kind `begins`, with which a contender's creates begin, to the last answer. Not from the first of
 * all: what a check asks beforehand is a preview's, and the engine's own wall in between would count times the speed.
 */
export function makespanSeconds(exchanges: readonly Exchange[], begins: Kind): number | null {
  const first = exchanges.find((exchange) => kindOf(exchange) === begins);
  return first === undefined ? null : effortOf(exchanges.filter(({ askedAt }) => askedAt >= first.askedAt)).seconds;
}

/**
 * From the moment when an instance began to run to the end of the first answer that showed it running. `byWholeList` tells that the
 * contender looks at the list of all; of others only looks that name the instance count: a list that was asked for another reason and
 * happens to show it is not noticing.
 */
export function lagOf(exchanges: readonly Exchange[], rented: readonly Rented[], byWholeList: boolean): Lag {
  const noticedAt = new Map<number, number>();
  for (const { running, asks, answeredAt } of exchanges) {
    for (const id of running) {
      const isLook = asks.includes(id) || (byWholeList && asks.length === 0);
      if (isLook && answeredAt < (noticedAt.get(id) ?? Number.POSITIVE_INFINITY)) noticedAt.set(id, answeredAt);
    }
  }
  const seconds = rented.flatMap(({ id, createdAt }, k) => {
    const at = noticedAt.get(id);
    return at === undefined ? [] : [(at - Date.parse(createdAt)) / 1000 - bootSeconds(k)];
  });
  return { seconds, median: median(seconds), p95: percentile(seconds, 0.95), unseen: rented.length - seconds.length };
}

/** Divides looks that name ids into ticks: a tick ends where an id is asked for again. */
export function ticksOf(exchanges: readonly Exchange[]): Ticks | null {
  const looks = exchanges
    .filter((exchange) => ["list", "show"].includes(kindOf(exchange)) && exchange.asks.length > 0)
    .sort((a, b) => a.askedAt - b.askedAt);
  const ratios: number[] = [];
  let calls = 0;
  let ids = new Set<number>();
  const endTick = () => {
    if (calls > 0) ratios.push(calls / Math.ceil(ids.size / PAGE));
    [calls, ids] = [0, new Set()];
  };
  for (const { asks } of looks) {
    if (asks.some((id) => ids.has(id))) endTick();
    calls += 1;
    for (const id of asks) ids.add(id);
  }
  endTick();
  if (ratios.length === 0) return null;
  const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
  return { ticks: ratios.length, mean, worst: Math.max(...ratios) };
}

/** Which part of a lag is this machine's: the median time of a look's answer, in seconds of the world. */
export function answerSeconds(exchanges: readonly Exchange[]): number | null {
  const looks = exchanges.filter((exchange) => ["list", "show"].includes(kindOf(exchange)));
  return looks.length === 0 ? null : median(looks.map(({ askedAt, answeredAt }) => (answeredAt - askedAt) / 1000));
}
