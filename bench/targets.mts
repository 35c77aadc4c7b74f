import type { Figures } from "./figures.mts";
import { memoryGrowthKb } from "./memory-growth.mts";
import { median, percentile } from "./order-statistics.mts";

/** One promise of this provider, and whether this run keeps it. */
export interface Verdict {
  readonly what: string;
  readonly wanted: number;
  /** Null when this run did not measure it. */
  readonly seen: number | null;
  readonly met: boolean | null;
}

/** Instances of one page of Vast's list, up to which a look costs one call. */
const PAGE = 25;

/** Compares this provider's figures with what is wanted; all are upper bounds. */
export function judge(all: readonly Figures[]): Verdict[] {
  const ours = all.filter(({ contender }) => contender === "ours");
  const at = (count: number, figure: (figures: Figures) => number | null | undefined) => {
    const figures = ours.find((candidate) => candidate.count === count);
    return figures && figure(figures);
  };
  const most = (figure: (figures: Figures) => number | null | undefined) => {
    const seen = ours.flatMap((figures) => figure(figures) ?? []);
    return seen.length === 0 ? undefined : Math.max(...seen);
  };
  // One instance has one lag, which says little: those of all small numbers are judged together.
  const lags = ours.filter(({ count }) => count <= PAGE).flatMap(({ lag }) => lag.seconds);
  return [
    ...[20, 100].map((count) => verdict(`makespan ÷ bound, ${count} machines`, 1.05, at(count, makespanRatio))),
    verdict(`lag up to ${PAGE} machines, median, s`, 1.5, lags.length > 0 ? median(lags) : undefined),
    verdict(`lag up to ${PAGE} machines, p95, s`, 3, lags.length > 0 ? percentile(lags, 0.95) : undefined),
    verdict("429 met, any number of machines", 0, most(tooFrequent)),
    verdict(
      `status calls per tick ÷ ⌈n/${PAGE}⌉, the worst tick`,
      1,
      most(({ ticks }) => ticks?.worst),
    ),
    verdict(
      "write calls to destroy 100",
      3,
      at(100, ({ destroy }) => destroy.requests.destroy),
    ),
    verdict(
      "calls to refresh 100",
      5,
      at(100, ({ refresh }) => refresh.calls),
    ),
    verdict(
      "preview ÷ floor, 100 machines",
      1.3,
      at(100, ({ previewRatio }) => previewRatio),
    ),
    verdict(
      "bytes of state per instance beside outputs",
      4096,
      most(({ state }) => state?.besideOutputs),
    ),
    verdict(
      "kB of memory held per further waiting instance",
      20,
      at(100, (figures) => memoryGrowthKb(figures, ours)),
    ),
    verdict(
      "contracts too many or left over",
      0,
      most(({ rented, count, left }) => Math.abs(rented - count) + left),
    ),
  ];
}

/** The time of an up ÷ the least that it can take. */
export function makespanRatio({ makespanSeconds, boundSeconds }: Figures): number | null {
  return makespanSeconds === null ? null : makespanSeconds / boundSeconds;
}

/** Answers 429 in the whole life. */
export function tooFrequent({ up, refresh, destroy }: Figures): number {
  return up.tooFrequent + refresh.tooFrequent + destroy.tooFrequent;
}

function verdict(what: string, wanted: number, seen: number | null | undefined): Verdict {
  return { what, wanted, seen: seen ?? null, met: seen === null || seen === undefined ? null : seen <= wanted };
}
