// `npm run bench`: this provider, a plain dynamic provider and a script over the official client bring up, look at and give back the same
// machines on the same simulator. bench/README.md says what is measured, and how.
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ensurePulumi } from "../scripts/pulumi-cli.mts";
import type { Contender, Ground, Name } from "./contenders/contender.mts";
import { floor } from "./contenders/floor.mts";
import { findPython, official } from "./contenders/official.mts";
import { ours } from "./contenders/ours.mts";
import { plain } from "./contenders/plain.mts";
import type { Figures, NotRun } from "./figures.mts";
import { liveMemoryKb, MEMORY_SIZES } from "./live-memory.mts";
import { leftOutBecause, speedOf } from "./plan.mts";
import { previewRatios } from "./preview.mts";
import { writeResults } from "./results.mts";
import { bringUp, type Standing } from "./round.mts";
import { tableText, verdictText } from "./table.mts";
import { judge } from "./targets.mts";

const { values } = parseArgs({
  options: {
    sizes: { type: "string", default: "1,5,20,100,500" },
    contenders: { type: "string" },
    speed: { type: "string" },
    rounds: { type: "string", default: "3" },
    python: { type: "string" },
    out: { type: "string", default: fileURLToPath(new URL("./", import.meta.url)) },
    check: { type: "boolean", default: false },
  },
});

const sizes = values.sizes.split(",").map(Number);
const names = (values.contenders ?? "ours,plain,official").split(",") as Name[];
const cli = await ensurePulumi();
const python = names.includes("official") ? await findPython(values.python) : "not asked for";
const figures: Figures[] = [];
const notRun: NotRun[] = [];

try {
  for (const count of sizes) {
    await measure(count);
    report();
  }
} finally {
  if (typeof python !== "string" && python.folder !== undefined)
    rmSync(python.folder, { recursive: true, force: true });
}
if (values.check && judge(figures).some(({ met }) => met === false)) process.exitCode = 1;

/** After each number of machines, so that a run which is cut off has told what it found. */
function report(): void {
  const verdicts = judge(figures);
  console.log(`\n${tableText(figures, notRun)}\n\n${verdictText(verdicts)}`);
  const vastai = typeof python === "string" ? python : python.version;
  writeResults(values.out, { pulumi: cli.version, node: process.version, vastai, figures, notRun, verdicts });
}

/** All contenders with one number of machines, one after another; those with a stack stay up for the previews. */
async function measure(count: number): Promise<void> {
  const standing: Standing[] = [];
  try {
    for (const name of names) {
      const because = values.contenders === undefined ? leftOutBecause(name, count) : undefined;
      if (because !== undefined) notRun.push({ contender: name, count, because });
      else await bringUpOne(name, count, standing);
    }
    const ratios = (await previewRatios(standing, count, Number(values.rounds)).catch(sayWhy)) ?? {};
    for (const stand of standing) await finishOne(stand, count, ratios[stand.name] ?? null);
  } finally {
    for (const stand of standing) await stand.stop();
  }
}

/** What fails beside the others must not take their figures along. */
function sayWhy(error: unknown): null {
  console.error(error);
  return null;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
}

async function bringUpOne(name: Name, count: number, standing: Standing[]): Promise<void> {
  const startedAt = performance.now();
  try {
    standing.push(await bringUp(name, (ground) => create(name, ground), count, Number(values.speed ?? speedOf(count))));
  } catch (error) {
    sayWhy(error);
    notRun.push({ contender: name, count, because: firstLine(error) });
  }
  console.error(`${name} with ${count}: ${((performance.now() - startedAt) / 1000).toFixed(0)} s of the wall`);
}

async function finishOne(stand: Standing, count: number, previewRatio: number | null): Promise<void> {
  const isMeasured = stand.name !== "official" && MEMORY_SIZES.includes(count);
  const liveKb = isMeasured ? await liveMemoryKb((ground) => create(stand.name, ground), count).catch(sayWhy) : null;
  const sdkLiveKb = isMeasured && stand.name === "ours" ? await liveMemoryKb(floor, count).catch(sayWhy) : null;
  try {
    figures.push(await stand.finish({ previewRatio, liveKb, sdkLiveKb }));
  } catch (error) {
    sayWhy(error);
    notRun.push({ contender: stand.name, count, because: firstLine(error) });
  }
}

async function create(name: Name, ground: Ground): Promise<Contender> {
  if (name === "ours") return ours(ground);
  if (name === "plain") return plain(ground);
  if (typeof python === "string") throw new Error(python);
  return official(python, ground);
}
