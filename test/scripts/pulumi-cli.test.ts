import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { cacheFolder, replaceWhole } from "../../scripts/pulumi-cli/cache.mts";
import {
  cliFile,
  cliIn,
  cliOnPath,
  dynamicProviderFile,
  languageHostFile,
  wantedVersion,
} from "../../scripts/pulumi-cli/find.mts";
import { whileLocked } from "../../scripts/pulumi-cli/lock.mts";

const companions = [languageHostFile, dynamicProviderFile];
let folder: string;
let said: string[];
const report = (line: string) => said.push(line);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pulumi-cli-"));
  said = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a pretend CLI with the companions named, and gives its folder of programs. */
function pretendCli(root: string, version: string, programs = companions): string {
  const bin = join(root, "bin");
  mkdirSync(bin, { recursive: true });
  for (const file of [cliFile, ...programs])
    writeFileSync(join(bin, file), `#!/bin/sh\necho ${version}\n`, { mode: 0o755 });
  return bin;
}

it("takes a CLI on PATH that is new enough and whole", async () => {
  const bin = pretendCli(join(folder, "new"), "v3.1000.0");
  expect(await cliOnPath({ PATH: bin }, report)).toEqual({ root: join(folder, "new"), bin, version: "3.1000.0" });
});

it("takes a CLI on PATH whose companions lie elsewhere on PATH", async () => {
  const bin = pretendCli(join(folder, "alone"), `v${wantedVersion}`, []);
  const PATH = [bin, pretendCli(join(folder, "old"), "v3.1.0")].join(delimiter);
  expect(await cliOnPath({ PATH }, report)).toMatchObject({ bin });
});

it("passes over what cannot run a program, and says why", async () => {
  const old = pretendCli(join(folder, "old"), "v3.99.0");
  expect(await cliOnPath({ PATH: old }, report)).toBeUndefined();
  const alone = pretendCli(join(folder, "alone"), `v${wantedVersion}`, []);
  expect(await cliOnPath({ PATH: alone }, report)).toBeUndefined();
  const mute = pretendCli(join(folder, "mute"), "");
  expect(await cliOnPath({ PATH: mute }, report)).toBeUndefined();
  expect(said).toEqual([
    expect.stringContaining(`is 3.99.0, older than ${wantedVersion}`),
    expect.stringContaining(`comes without ${companions.join(" and ")}`),
    expect.stringContaining("does not answer"),
  ]);
});

it("keeps a CLI per version in the user's cache", () => {
  expect(cacheFolder({ XDG_CACHE_HOME: folder })).toBe(
    join(folder, "pulumi-vastai", `pulumi-${wantedVersion}-${process.platform}-${process.arch}`),
  );
});

it("puts a new CLI in the place of a broken one", async () => {
  const root = join(folder, "cli");
  pretendCli(root, "v3.1.0");
  await replaceWhole(root, async (fresh) => void pretendCli(fresh, `v${wantedVersion}`));
  expect(await cliIn(root)).toMatchObject({ root, version: wantedVersion });
});

it("leaves nothing half-made, also of a process that was killed", async () => {
  mkdirSync(join(folder, "cli.unfinished-killed"));
  const half = replaceWhole(join(folder, "cli"), async (fresh) => void pretendCli(fresh, `v${wantedVersion}`, []));
  await expect(half).rejects.toThrow("does not answer");
  expect(readdirSync(folder)).toEqual([]);
});

it("lets one process at a time make it, and takes over from one that was killed", async () => {
  const file = join(folder, "lock");
  const lock = pathToFileURL(join(__dirname, "../../scripts/pulumi-cli/lock.mts"));
  const hold = `(await import("${lock}")).whileLocked(${JSON.stringify(file)}, console.log, () => {
    console.log("held");
    return new Promise((resolve) => setTimeout(resolve, 60_000));
  })`;
  const holder = spawn(process.execPath, ["--input-type=module", "--eval", hold], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(holder.stdout, "data");

  const waiter = whileLocked(file, report, async () => "taken over");
  expect(said).toEqual([expect.stringContaining("waiting for another process")]);
  holder.kill("SIGKILL");
  expect(await waiter).toBe("taken over");
});
