import type { Figures } from "../../bench/figures.mts";
import type { Effort } from "../../bench/measure.mts";

export const effort = (more: Partial<Effort> = {}): Effort => ({
  requests: {},
  calls: 0,
  tooFrequent: 0,
  tooFrequentTo: {},
  seconds: 1,
  ...more,
});

/** Figures that meet every target. */
export function figures(more: Partial<Figures> = {}): Figures {
  return {
    contender: "ours",
    count: 100,
    speed: 30,
    up: effort({ requests: { search: 1, rent: 100, list: 200 }, calls: 301, seconds: 640 }),
    makespanSeconds: 600,
    boundSeconds: 590,
    rented: 100,
    lag: { seconds: [1, 1, 2], median: 1, p95: 2, unseen: 0 },
    answerSeconds: 0.1,
    ticks: { ticks: 50, mean: 1, worst: 1 },
    refresh: effort({ requests: { list: 4 }, calls: 4 }),
    destroy: effort({ requests: { destroy: 2, list: 4 }, calls: 6 }),
    left: 0,
    previewRatio: 1.2,
    state: { withOutputs: 4600, besideOutputs: 1800 },
    peakKb: 300_000,
    liveKb: 60_000,
    sdkLiveKb: null,
    ...more,
  };
}
