// `npm run mutate`: breaks the code that handles money, one place at a time, to see a test fail. `npm run mutate -- rent boot` takes some parts of it
// only. What is known from the run before, and did not change, is not tried again. Ends with 1 where tests catch too little.
import { availableParallelism } from "node:os";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Stryker } from "@stryker-mutator/core";
import { PARTS } from "../test/mutation/parts.mts";

/** The least share of mutants, in percent, that a test has to catch. */
const LEAST_PERCENT = 85;

interface Score {
  caught: number;
  all: number;
}

const { positionals } = parseArgs({ allowPositionals: true });
const unknown = positionals.filter((name) => !(name in PARTS));
if (unknown.length > 0) {
  throw new Error(`No part is named ${unknown.join(", ")}; there are ${Object.keys(PARTS).join(", ")}.`);
}
const scores = new Map<string, Score>();
for (const [name, part] of Object.entries(PARTS)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  // Stryker hands its environment on to the processes that read the tests' configuration.
  process.env.MUTATION_PART = name;
  const results = await new Stryker({
    mutate: [...part.mutate],
    testRunner: "vitest",
    plugins: [fileURLToPath(import.meta.resolve("@stryker-mutator/vitest-runner"))],
    vitest: { configFile: "test/mutation/vitest.config.mts" },
    coverageAnalysis: "perTest",
    concurrency: availableParallelism(),
    incremental: true,
    incrementalFile: `.stryker/${name}-incremental.json`,
    tempDirName: `.stryker/${name}-tmp`,
    reporters: ["clear-text", "json", "progress-append-only"],
    jsonReporter: { fileName: `.stryker/${name}.json` },
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportScoreTable: false },
  }).runMutationTest();
  for (const { fileName, status } of results) count(fileName, status);
}
report();

/** A mutant that does not end counts as caught; one that no test can be run with counts nowhere. */
function count(file: string, status: string): void {
  const isCaught = status === "Killed" || status === "Timeout";
  if (!isCaught && status !== "Survived" && status !== "NoCoverage") return;
  const score = scores.get(file) ?? { caught: 0, all: 0 };
  scores.set(file, { caught: score.caught + Number(isCaught), all: score.all + 1 });
}

function report(): void {
  const sum = { caught: 0, all: 0 };
  console.log();
  for (const [file, { caught, all }] of scores) {
    sum.caught += caught;
    sum.all += all;
    console.log(line(basename(file), { caught, all }));
  }
  console.log(line("together", sum));
  if (percent(sum) < LEAST_PERCENT) {
    console.log(`Tests have to catch ${LEAST_PERCENT} %.`);
    process.exitCode = 1;
  }
}

function line(what: string, score: Score): string {
  return `${what.padEnd(24)}${`${score.caught} of ${score.all}`.padStart(16)}${`${percent(score).toFixed(1)} %`.padStart(10)}`;
}

function percent({ caught, all }: Score): number {
  return all === 0 ? 100 : (100 * caught) / all;
}
