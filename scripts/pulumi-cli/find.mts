import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Report } from "./progress.mts";

/** The version that is made when none is found; the oldest one that is taken when found on PATH. */
export const wantedVersion = "3.258.0";

const windows = process.platform === "win32";
export const cliFile = windows ? "pulumi.exe" : "pulumi";
export const languageHostFile = windows ? "pulumi-language-nodejs.exe" : "pulumi-language-nodejs";
export const dynamicProviderFile = windows ? "pulumi-resource-pulumi-nodejs.cmd" : "pulumi-resource-pulumi-nodejs";

export interface PulumiCli {
  /** Suits `PulumiCommand.get({ root })` of the Automation API, which appends `bin/pulumi`. */
  root: string;
  /** The folder of the programs, to be put first on PATH. */
  bin: string;
  version: string;
}

/** The CLI of ours in `root`, if it is whole and of the wanted version. */
export async function cliIn(root: string): Promise<PulumiCli | undefined> {
  const bin = join(root, "bin");
  if (![cliFile, languageHostFile, dynamicProviderFile].every((file) => isExecutable(join(bin, file))))
    return undefined;
  const version = await versionOf(join(bin, cliFile));
  return version === wantedVersion ? { root, bin, version } : undefined;
}

/** The first CLI on PATH that can run this package's programs; `report` says why another was passed over. */
export async function cliOnPath(env: NodeJS.ProcessEnv, report: Report): Promise<PulumiCli | undefined> {
  const folders = (env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  for (const bin of folders) {
    const cli = join(bin, cliFile);
    if (!isExecutable(cli)) continue;
    const version = await versionOf(cli);
    const flaw = flawOf(bin, version, folders);
    if (version && !flaw) return { root: dirname(bin), bin, version };
    report(`Passed over ${cli}: it ${flaw}.`);
  }
  return undefined;
}

function flawOf(bin: string, version: string | undefined, path: string[]): string | undefined {
  if (!version) return "does not answer `pulumi version`";
  if (!isAtLeast(version, wantedVersion)) return `is ${version}, older than ${wantedVersion}`;
  if (basename(bin) !== "bin") return "does not lie in a folder named bin, where the Automation API looks";
  // The engine looks for these on PATH and beside itself.
  const missing = [languageHostFile, dynamicProviderFile].filter(
    (file) => ![bin, ...path].some((folder) => isExecutable(join(folder, file))),
  );
  return missing.length > 0 ? `comes without ${missing.join(" and ")}` : undefined;
}

async function versionOf(cli: string): Promise<string | undefined> {
  try {
    const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
    const { stdout } = await promisify(execFile)(cli, ["version"], { env, timeout: 30_000 });
    return /^v?(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}

function isAtLeast(version: string, oldest: string): boolean {
  return version.localeCompare(oldest, "en", { numeric: true }) >= 0;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
