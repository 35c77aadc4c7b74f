import { mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import { cliIn, type PulumiCli, wantedVersion } from "./find.mts";

/** Where this user's CLI is kept, outside of every checkout. The version in its name makes a new one for a new version. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  return join(userCache(env), "pulumi-vastai", `pulumi-${wantedVersion}-${process.platform}-${process.arch}`);
}

function userCache(env: NodeJS.ProcessEnv): string {
  if (env.XDG_CACHE_HOME) return env.XDG_CACHE_HOME;
  if (process.platform === "win32" && env.LOCALAPPDATA) return env.LOCALAPPDATA;
  return process.platform === "darwin" ? join(homedir(), "Library", "Caches") : join(homedir(), ".cache");
}

/**
 * Lets `fill` make a CLI in a fresh folder beside `root`, tries it, and only then puts it in place: what is killed or
 * fails half-way leaves nothing at `root`. To be called by the holder of the lock.
 */
export async function replaceWhole(root: string, fill: (folder: string) => Promise<void>): Promise<PulumiCli> {
  const unfinished = `${root}.unfinished-`;
  await removeAll(unfinished);
  try {
    const folder = await mkdtemp(unfinished);
    await fill(folder);
    if (!(await cliIn(folder))) throw new Error("The new CLI does not answer `pulumi version` as it should.");
    await rm(root, { recursive: true, force: true });
    await rename(folder, root);
  } finally {
    await removeAll(unfinished);
  }
  return { root, bin: join(root, "bin"), version: wantedVersion };
}

async function removeAll(prefix: string): Promise<void> {
  for (const name of await readdir(dirname(prefix))) {
    if (name.startsWith(basename(prefix))) await rm(join(dirname(prefix), name), { recursive: true, force: true });
  }
}
