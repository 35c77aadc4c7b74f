// Finds a Pulumi CLI, or makes one: on PATH, else in a cache folder of the user's, else downloaded, else built with Go.
// As a command it prints the folder to put on PATH: PATH="$(node scripts/pulumi-cli.mts):$PATH"
import { buildCli } from "./pulumi-cli/build.mts";
import { cacheFolder, replaceWhole } from "./pulumi-cli/cache.mts";
import { downloadCli } from "./pulumi-cli/download.mts";
import { cliIn, cliOnPath, type PulumiCli, wantedVersion } from "./pulumi-cli/find.mts";
import { whileLocked } from "./pulumi-cli/lock.mts";
import type { Report } from "./pulumi-cli/progress.mts";

export interface EnsureOptions {
  /** Takes each line of progress. Default: standard error. */
  report?: Report;
  /** PATH and the place of the cache are read from here. Default: the environment of this process. */
  env?: NodeJS.ProcessEnv;
}

/** Answers within a fraction of a second once a CLI is there; the first time it may take minutes, and says so. */
export async function ensurePulumi(options: EnsureOptions = {}): Promise<PulumiCli> {
  const { report = (line) => console.error(line), env = process.env } = options;
  const root = cacheFolder(env);
  const ready = (await cliOnPath(env, report)) ?? (await cliIn(root));
  return ready ?? whileLocked(`${root}.lock`, report, async () => (await cliIn(root)) ?? make(root, report, env));
}

async function make(root: string, report: Report, env: NodeJS.ProcessEnv): Promise<PulumiCli> {
  report(`No Pulumi CLI ${wantedVersion} or newer with its Node.js language host is on PATH. Making one in ${root}`);
  const notDownloaded = await replaceWhole(root, (folder) => downloadCli(folder, report, env)).catch(messageOf);
  if (typeof notDownloaded !== "string") return notDownloaded;
  report(`  ${notDownloaded}`);
  const notBuilt = await replaceWhole(root, (folder) => buildCli(folder, report, env)).catch(messageOf);
  if (typeof notBuilt !== "string") return notBuilt;
  throw new Error(
    `No Pulumi CLI could be found or made. ${notDownloaded} ${notBuilt} Install Pulumi ${wantedVersion} or newer ` +
      "(https://www.pulumi.com/docs/install/) so that `pulumi` is on PATH, then run this again.",
  );
}

function messageOf(error: Error): string {
  return error.message;
}

if (import.meta.main) {
  ensurePulumi().then(
    ({ bin }) => console.log(bin),
    (error: Error) => {
      console.error(error.message);
      process.exitCode = 1;
    },
  );
}
