import { execFile } from "node:child_process";
import { type Dirent, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";
import { ensurePulumi } from "../../scripts/pulumi-cli.mts";

declare module "vitest" {
  interface ProvidedContext {
    /** Folder with the Pulumi CLI and its language host. */
    pulumiBin: string;
    /** Folder in which Node keeps what it has compiled, for all runs of the tests. */
    compileCache: string;
  }
}

/** The checkout: the package under test. */
const checkout = join(__dirname, "..", "..");
/** What is compiled into dist/. */
const SOURCES = ["provider", "simulator", "cli", "policy"];

export async function setup(project: TestProject): Promise<() => void> {
  const [{ bin }] = await Promise.all([ensurePulumi(), ensureBuilt()]);
  const compileCache = mkdtempSync(join(tmpdir(), "pulumi-vastai-compiled-"));
  project.provide("pulumiBin", bin);
  project.provide("compileCache", compileCache);
  return () => rmSync(compileCache, { recursive: true, force: true });
}

/** The programs of the tests run the compiled package, which must not be older than its sources. */
async function ensureBuilt(): Promise<void> {
  if (!SOURCES.some(isStale)) return;
  const compiler = join(checkout, "node_modules", "typescript", "bin", "tsc");
  const args = [compiler, "-p", "tsconfig.build.json"];
  await promisify(execFile)(process.execPath, args, { cwd: checkout }).catch((error: { stdout?: string }) => {
    throw new Error(`dist/ is older than its sources, and building it failed:\n${error.stdout}`);
  });
}

function isStale(folder: string): boolean {
  const sources = filesBelow(join(checkout, folder)).filter((file) => file.endsWith(".ts"));
  return sources.some((source) => {
    const compiled = join(checkout, "dist", relative(checkout, source).replace(/\.ts$/, ".js"));
    return !existsSync(compiled) || statSync(compiled).mtimeMs < statSync(source).mtimeMs;
  });
}

function filesBelow(folder: string): string[] {
  const entries: Dirent[] = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
