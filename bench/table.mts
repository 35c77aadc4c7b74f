import type { Figures, NotRun } from "./figures.mts";
import type { Kind } from "./kinds.mts";
import { memoryGrowthKb } from "./memory-growth.mts";
import { makespanRatio, tooFrequent, type Verdict } from "./targets.mts";

type Column = readonly [title: string, cell: (figures: Figures, all: readonly Figures[]) => string];

const KINDS: readonly Kind[] = ["search", "rent", "list", "show", "manage", "destroy", "other"];

const COLUMNS: readonly Column[] = [
  ["N", ({ count }) => String(count)],
  ["who", ({ contender }) => contender],
  ...KINDS.map((kind): Column => [kind, (figures) => String(requestsOf(figures, kind))]),
  ["429s", (figures) => String(tooFrequent(figures))],
  ["makespan÷bound", (figures) => number(makespanRatio(figures), 3)],
  ["lag median", ({ lag }) => number(lag.median, 1)],
  ["lag p95", ({ lag }) => number(lag.p95, 1)],
  ["calls/tick÷⌈n/25⌉", ({ ticks }) => number(ticks?.mean, 2)],
  ["refresh s", ({ refresh }) => number(refresh.seconds, 1)],
  ["calls", ({ refresh }) => String(refresh.calls)],
  ["destroy s", ({ destroy }) => number(destroy.seconds, 1)],
  ["writes", ({ destroy }) => String(destroy.requests.destroy ?? 0)],
  ["preview÷floor", ({ previewRatio }) => number(previewRatio, 2)],
  ["state B", ({ state }) => number(state?.withOutputs, 0)],
  ["beside outputs", ({ state }) => number(state?.besideOutputs, 0)],
  ["peak MB", ({ peakKb }) => number(peakKb === null ? null : peakKb / 1024, 0)],
  ["held kB/machine", (figures, all) => number(memoryGrowthKb(figures, all), 0)],
  ["SDK alone", (figures, all) => number(memoryGrowthKb(figures, all, "sdkLiveKb"), 0)],
];

/** Everything that was measured, one line for each contender and number of machines. */
export function tableText(all: readonly Figures[], notRun: readonly NotRun[]): string {
  const rows = [
    COLUMNS.map(([title]) => title),
    ...all.map((figures) => COLUMNS.map(([, cell]) => cell(figures, all))),
  ];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join("  "));
  const missing = notRun.map(({ contender, count, because }) => `${contender} with ${count}: not run: ${because}`);
  return [...lines, ...missing].join("\n");
}

/** What is wanted of this provider, and what was seen. */
export function verdictText(verdicts: readonly Verdict[]): string {
  const lines = verdicts.map(({ what, wanted, seen, met }) => {
    const word = met === null ? "not measured" : met ? "met" : "missed";
    return `${word.padEnd(14)}${what}: ${number(seen, 2)} (wanted: at most ${wanted})`;
  });
  return lines.join("\n");
}

/** How many requests of a kind there were in the whole life. */
function requestsOf({ up, refresh, destroy }: Figures, kind: Kind): number {
  return [up, refresh, destroy].reduce((sum, { requests }) => sum + (requests[kind] ?? 0), 0);
}

/** A figure with so many digits, or a dash for what was not measured. */
function number(figure: number | null | undefined, digits: number): string {
  return figure === null || figure === undefined || Number.isNaN(figure) ? "–" : figure.toFixed(digits);
}
