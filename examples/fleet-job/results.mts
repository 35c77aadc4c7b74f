import { writeFileSync } from "node:fs";
import type { JobEnd } from "./job.mts";
import type { Machine } from "./program.mts";

/** A machine, and how the job ended there. */
export type Result = Machine & JobEnd;

const MS_PER_HOUR = 3_600_000;

/** Writes what there is to keep: the output as a whole, and which machine it comes from. */
export function writeResults(file: string, job: string, results: readonly Result[]): void {
  const machines = results.map(({ readyAt, ...result }) => ({ ...result, readyAt: new Date(readyAt).toISOString() }));
  writeFileSync(file, `${JSON.stringify({ job, machines }, null, 2)}\n`);
}

/** Shows a line for each machine. */
export function showResults(results: readonly Result[]): void {
  const rows = results.map(({ name, gpu, where, dollarsPerHour, seconds, exitCode, error }) => [
    name,
    gpu,
    where,
    `${dollarsPerHour.toFixed(3)} $/h`,
    `${seconds.toFixed(1)} s`,
    exitCode === 0 ? "succeeded" : (error ?? `exit code ${exitCode}`),
  ]);
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  console.log("");
  for (const row of rows)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    );
}

/** What the machines have cost from when they were ready, in dollars; traffic, and what loading costs (nothing on Vast), left out. */
export function dollarsAbout(results: readonly Result[], endedAt: number): number {
  return results.reduce(
    (sum, { dollarsPerHour, readyAt }) => sum + (dollarsPerHour * (endedAt - readyAt)) / MS_PER_HOUR,
    0,
  );
}
