import { parseArgs } from "node:util";

/** What a run is told. */
export interface Options {
  readonly count: number;
  readonly gpu: string;
  readonly image: string;
  readonly diskGb: number;
  readonly maxDollarsPerHour: number;
  readonly maxHours: number;
  readonly job: string;
  readonly jobMinutes: number;
  readonly results: string;
  readonly stack: string;
  readonly destroyOnly: boolean;
}

const USAGE = `Usage: node run.mts --job <command> [options]

  --job <command>             what to run on each machine, e.g. "nvidia-smi -L"
  --count <number>            machines (1)
  --gpu <name>                GPU of each (RTX 4090)
  --image <image>             image (nvidia/cuda:12.4.1-base-ubuntu22.04)
  --disk-gb <number>          disk of each (16)
  --max-dollars-per-hour <n>  most that one machine may cost, its disk included (0.5)
  --max-hours <number>        a machine ends itself after this time, whatever becomes of this program (1)
  --job-minutes <number>      a job that takes longer has failed (30)
  --results <file>            where the results go (results.json)
  --stack <name>              runs at the same time need a name each (job)
  --destroy-only              rent nothing; end what a run that was killed has left

Exit codes: 0 every job succeeded, 1 something failed, 2 wrong usage, 130 interrupted.`;

/** Reads the command line. Ends the program with 2 when it makes no sense, before anything is rented. */
export function readOptions(): Options {
  try {
    return parse();
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    process.exit(2);
  }
}

function parse(): Options {
  const { values } = parseArgs({
    options: {
      job: { type: "string" },
      count: { type: "string", default: "1" },
      gpu: { type: "string", default: "RTX 4090" },
      image: { type: "string", default: "nvidia/cuda:12.4.1-base-ubuntu22.04" },
      "disk-gb": { type: "string", default: "16" },
      "max-dollars-per-hour": { type: "string", default: "0.5" },
      "max-hours": { type: "string", default: "1" },
      "job-minutes": { type: "string", default: "30" },
      results: { type: "string", default: "results.json" },
      stack: { type: "string", default: "job" },
      "destroy-only": { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    process.exit(0);
  }
  const { job = "", gpu, image, results, stack, "destroy-only": destroyOnly } = values;
  if (job === "" && !destroyOnly) throw new Error("--job is missing.");
  const count = above0("--count", values.count);
  if (!Number.isInteger(count)) throw new Error(`--count is ${values.count}, and must be a whole number.`);
  return {
    count,
    gpu,
    image,
    diskGb: above0("--disk-gb", values["disk-gb"]),
    maxDollarsPerHour: above0("--max-dollars-per-hour", values["max-dollars-per-hour"]),
    maxHours: above0("--max-hours", values["max-hours"]),
    job,
    jobMinutes: above0("--job-minutes", values["job-minutes"]),
    results,
    stack,
    destroyOnly,
  };
}

function above0(flag: string, text: string): number {
  const number = Number(text);
  if (number > 0 && Number.isFinite(number)) return number;
  throw new Error(`${flag} is ${text}, and must be a number above 0.`);
}
