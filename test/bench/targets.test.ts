import { describe, expect, it } from "vitest";
import type { Figures } from "../../bench/figures.mts";
import { judge } from "../../bench/targets.mts";
import { effort, figures } from "./given.js";

const ONE = figures({ count: 1, rented: 1 });
const TWENTY = figures({ count: 20, rented: 20, liveKb: 59_000 });

function missed(...all: Figures[]): string[] {
  return judge(all)
    .filter(({ met }) => met === false)
    .map(({ what }) => what);
}

it("finds every target met by figures that meet them", () => {
  const verdicts = judge([ONE, TWENTY, figures()]);
  expect(verdicts.map(({ met }) => met)).toEqual(verdicts.map(() => true));
});

describe("misses", () => {
  it.each<[what: string, Partial<Figures>]>([
    ["makespan ÷ bound, 100 machines", { makespanSeconds: 620 }],
    ["429 met, any number of machines", { destroy: effort({ tooFrequent: 1 }) }],
    ["status calls per tick ÷ ⌈n/25⌉, the worst tick", { ticks: { ticks: 3, mean: 1.1, worst: 2 } }],
    ["write calls to destroy 100", { destroy: effort({ requests: { destroy: 4 } }) }],
    ["calls to refresh 100", { refresh: effort({ calls: 6 }) }],
    ["preview ÷ floor, 100 machines", { previewRatio: 1.31 }],
    ["bytes of state per instance beside outputs", { state: { withOutputs: 9000, besideOutputs: 4097 } }],
    ["kB of memory held per further waiting instance", { liveKb: 59_000 + 80 * 21 }],
    ["contracts too many or left over", { left: 1 }],
    ["contracts too many or left over", { rented: 101 }],
  ])("%s", (what, more) => {
    expect(missed(ONE, TWENTY, figures(more))).toEqual([what]);
  });

  it("lags, of all small numbers of machines together", () => {
    const late = { ...TWENTY, lag: { seconds: Array.from({ length: 20 }, () => 2), median: 2, p95: 2, unseen: 0 } };
    expect(missed(ONE, late)).toEqual(["lag up to 25 machines, median, s"]);
    const ragged = {
      ...TWENTY,
      lag: { seconds: [...Array.from({ length: 18 }, () => 1), 4, 4], median: 1, p95: 4, unseen: 0 },
    };
    expect(missed(ragged)).toEqual(["lag up to 25 machines, p95, s"]);
  });
});

it("judges nobody else, and nothing that was not measured", () => {
  const others = [figures({ contender: "plain", makespanSeconds: 9999 })];
  expect(judge(others).map(({ met }) => met)).toEqual(judge(others).map(() => null));
});
