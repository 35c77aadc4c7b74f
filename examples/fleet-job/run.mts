// Rents machines, runs one job on each over SSH, collects the results, and always gives the machines back.
import ssh2 from "ssh2";
import { type Fleet, openFleet } from "./fleet.mts";
import { listenForInterrupts } from "./interrupts.mts";
import { runJob } from "./job.mts";
import { readOptions } from "./options.mts";
import { createProgress } from "./progress.mts";
import { dollarsAbout, type Result, showResults, writeResults } from "./results.mts";

const options = readOptions();
const interrupts = listenForInterrupts();

process.exitCode = await main().catch((error: unknown) => {
  sayError(error);
  return interrupts.first.aborted ? 130 : 1;
});

/** Returns the exit code: 0 when every job succeeded, 1 when something failed, 130 when it was interrupted. */
async function main(): Promise<number> {
  const fleet = await openFleet(options);
  let results: Result[] = [];
  try {
    if (!options.destroyOnly) results = await runEverywhere(fleet);
  } catch (error) {
    // An interrupt ends what is under way with errors of its own.
    if (!interrupts.first.aborted) sayError(error);
  }
  const isGone = await giveBack(fleet);
  if (isGone && results.length > 0) console.log(`Cost: about ${dollarsAbout(results, Date.now()).toFixed(4)} $`);
  if (interrupts.first.aborted) return 130;
  const succeeded = results.filter(({ exitCode }) => exitCode === 0).length;
  return isGone && (options.destroyOnly || succeeded === options.count) ? 0 : 1;
}

/** Brings the machines up and runs the job on all of them at once. What goes wrong on one is its result. */
async function runEverywhere(fleet: Fleet): Promise<Result[]> {
  // A key pair for this run alone: its private half never leaves this process.
  const key = ssh2.utils.generateKeyPairSync("ed25519", { comment: "fleet-job" });
  const { count, gpu, maxDollarsPerHour, job, results: file } = options;
  const progress = createProgress(`Renting ${count} x ${gpu}, at most ${maxDollarsPerHour} $/h each`);
  const machines = await fleet.up(key.public, progress.onEvent, interrupts.first).finally(progress.close);

  console.log(`\nRunning: ${job}`);
  const results = await Promise.all(
    machines.map(async (machine): Promise<Result> => {
      const say = (line: string) => console.log(`${machine.name} | ${line}`);
      return { ...machine, ...(await runJob(machine, key.private, options, interrupts.first, say)) };
    }),
  );
  // Kept before anything else can go wrong.
  writeResults(file, job, results);
  showResults(results);
  console.log(`Results: ${file}`);
  return results;
}

/** Ends everything. Returns whether it is gone for certain; otherwise says what may be left, and how to end it. */
async function giveBack(fleet: Fleet): Promise<boolean> {
  const progress = createProgress("Giving everything back");
  try {
    await fleet.destroy(progress.onEvent, interrupts.second).finally(progress.close);
    console.log("Nothing is rented any more.");
    return true;
  } catch (error) {
    sayError(error);
    const ids = await fleet.stillRented().catch(() => undefined);
    if (ids?.length === 0) console.error("Vast has no machine of this run any more.");
    else {
      console.error(`Still rented, and billed: ${ids?.join(", ") ?? "nobody can tell"}. This ends it:`);
      console.error(`  node ${process.argv[1]} --destroy-only --stack ${options.stack}`);
      if (ids !== undefined) console.error(`or, with Vast's own client: vastai destroy instances ${ids.join(" ")}`);
    }
    return false;
  }
}

function sayError(error: unknown): void {
  console.error(`\n${error instanceof Error ? error.message : error}`);
}
