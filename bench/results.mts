import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { chart } from "./chart.mts";
import type { Figures, NotRun } from "./figures.mts";
import type { Verdict } from "./targets.mts";

/** Everything that one run of the bench found. Nothing in it tells the machine. */
export interface Results {
  readonly pulumi: string;
  readonly node: string;
  /** Version of the official client, or why there is none. */
  readonly vastai: string;
  readonly figures: readonly Figures[];
  readonly notRun: readonly NotRun[];
  readonly verdicts: readonly Verdict[];
}

/** Writes results.json and chart.svg into a folder. */
export function writeResults(folder: string, results: Results): void {
  const figures = results.figures.map((figure) => ({ ...figure, lag: { ...figure.lag, seconds: undefined } }));
  writeFileSync(join(folder, "results.json"), `${JSON.stringify({ ...results, figures }, rounded, 2)}\n`);
  writeFileSync(join(folder, "chart.svg"), chart(results.figures));
}

/** Three digits behind the point are more than two runs have in common. */
function rounded(_: string, value: unknown): unknown {
  return typeof value === "number" ? Math.round(value * 1000) / 1000 : value;
}
