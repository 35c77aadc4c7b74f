// `npm run torture`: random walks of test/torture/walk.ts, as many as wanted, on all cores. Prints its seed first, so that a run can be
// repeated: `npm run torture -- --seed 42 --walks 500`. Ends with 1 when a promise was broken.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";

/** Walks that one worker takes at a time; fast-check's seed of a batch is the seed of the run plus the batch's number. */
const BATCH = 250;

/** What a worker answers to a batch. */
interface Answer {
  readonly walks: number;
  readonly rented: number;
  readonly requests: number;
  readonly violations: readonly (readonly [kind: string, times: number])[];
  readonly counterexample: string | undefined;
}

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    walks: { type: "string", default: "100000" },
    jobs: { type: "string", default: String(availableParallelism()) },
    path: { type: "string" },
  },
});
const seed = Number(values.seed);
const walks = Number(values.walks);
const batches = Array.from({ length: Math.ceil(walks / BATCH) }, (_, i) => ({
  seed: seed + i,
  walks: Math.min(BATCH, walks - i * BATCH),
  path: values.path,
}));

const repository = fileURLToPath(new URL("../", import.meta.url));
const startedAt = performance.now();
const sum = { walks: 0, rented: 0, requests: 0 };
const violations = new Map<string, number>();
let counterexample: string | undefined;

console.log(`seed ${seed}, ${walks} walks`);
const folder = compile();
try {
  await Promise.all(Array.from({ length: Math.min(Number(values.jobs), batches.length) }, work));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
report();

/** The walk, the provider and the simulator as JavaScript, in a folder that stands for the package. */
function compile(): string {
  const compiled = mkdtempSync(join(tmpdir(), "pulumi-vastai-torture-"));
  copyFileSync(join(repository, "package.json"), join(compiled, "package.json"));
  symlinkSync(join(repository, "node_modules"), join(compiled, "node_modules"));
  const settings = {
    extends: join(repository, "tsconfig.json"),
    compilerOptions: {
      noEmit: false,
      noCheck: true,
      allowImportingTsExtensions: false,
      rootDir: repository,
      outDir: compiled,
    },
    include: ["provider", "simulator", "test/torture", "test/support"].map((part) => join(repository, part)),
    exclude: [join(repository, "**/*.test.ts")],
  };
  writeFileSync(join(compiled, "tsconfig.json"), JSON.stringify(settings));
  const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  const { status } = spawnSync(process.execPath, [tsc, "-p", compiled], { stdio: "inherit" });
  if (status !== 0) throw new Error("The walk could not be compiled.");
  return compiled;
}

/** Takes batches until there are none left, or one broke a promise. A fresh thread each, so that none grows old. */
async function work(): Promise<void> {
  for (let batch = batches.shift(); batch !== undefined && counterexample === undefined; batch = batches.shift()) {
    const answer = await inThread(batch);
    for (const key of ["walks", "rented", "requests"] as const) sum[key] += answer[key];
    for (const [kind, times] of answer.violations) violations.set(kind, (violations.get(kind) ?? 0) + times);
    if (answer.counterexample !== undefined) {
      counterexample ??= `${answer.counterexample}\n\nAgain: npm run torture -- --seed ${batch.seed} --walks ${batch.walks}`;
    }
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    console.log(`${sum.walks} walks, ${sum.rented} machines, ${total()} broken promises, ${seconds} s`);
  }
}

function inThread(batch: { seed: number; walks: number; path: string | undefined }): Promise<Answer> {
  const text = `
    const { parentPort, workerData } = require("node:worker_threads");
    const { takeWalks } = require(workerData.folder + "/test/torture/walk.js");
    takeWalks(workerData.batch).then(({ figures, counterexample }) => {
      const { walks, rented, requests, violations } = figures;
      parentPort.postMessage({ walks, rented, requests, violations: [...violations], counterexample });
    });`;
  return new Promise((resolve, reject) => {
    const worker = new Worker(text, { eval: true, workerData: { folder, batch } });
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", () => reject(new Error(`The thread of seed ${batch.seed} ended without an answer.`)));
  });
}

function total(): number {
  return [...violations.values()].reduce((all, times) => all + times, 0);
}

function report(): void {
  if (counterexample !== undefined) console.log(`\n${counterexample}`);
  const kinds = ["rented twice", "lost", "billed after destroy"];
  const others = [...violations.keys()].filter((kind) => !kinds.includes(kind));
  const lines = [
    ["seed", seed],
    ["walks", sum.walks],
    ["machines rented", sum.rented],
    ["requests", sum.requests],
    ...[...kinds, ...others].map((kind): [string, number] => [kind, violations.get(kind) ?? 0]),
  ];
  console.log();
  for (const [what, figure] of lines) console.log(`${String(what).padEnd(24)}${String(figure).padStart(12)}`);
  if (total() > 0 || counterexample !== undefined) process.exitCode = 1;
}
