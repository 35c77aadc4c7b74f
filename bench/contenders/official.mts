import { execFile } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { watchPeakMemory } from "../peak-memory.mts";
import type { Contender, Ground } from "./contender.mts";

const FLEET = fileURLToPath(new URL("./official/fleet.py", import.meta.url));
const run = promisify(execFile);

/** A Python that has the official client. */
export interface Python {
  readonly executable: string;
  /** Of the client. */
  readonly version: string;
  /** To be deleted afterwards; undefined when nothing was made. */
  readonly folder: string | undefined;
}

/** Takes the interpreter given, or installs the client into a folder of its own; answers in words why there is none. */
export async function findPython(given: string | undefined): Promise<Python | string> {
  try {
    const folder = given === undefined ? mkdtempSync(join(tmpdir(), "pulumi-vastai-python-")) : undefined;
    const executable = given ?? join(folder ?? "", "bin", "python");
    if (folder !== undefined) {
      await run("python3", ["-m", "venv", folder]);
      await run(executable, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "vastai"]);
    }
    const { stdout } = await run(executable, [
      "-c",
      "from importlib.metadata import version; print(version('vastai'))",
    ]);
    return { executable, version: stdout.trim(), folder };
  } catch {
    return "no Python with the official client at hand";
  }
}

/** A script over the official Python client. */
export async function official({ executable }: Python, ground: Ground): Promise<Contender> {
  const { url, folder, count } = ground;
  const fleet = (...args: string[]): Promise<number | null> =>
    new Promise((resolve, reject) => {
      const env = {
        ...process.env,
        // The client keeps files in its home.
        HOME: folder,
        XDG_CONFIG_HOME: join(folder, ".config"),
        VAST_API_KEY: "key-of-the-bench",
        VAST_URL: url,
        VASTAI_TIME_SCALE: String(ground.speed),
      };
      const child = execFile(executable, [FLEET, ...args], { cwd: folder, env }, (error, _, stderr) => {
        const peakKb = memory.stop();
        if (error) reject(new Error(`fleet.py ${args.join(" ")}:\n${stderr.slice(-3000)}`));
        else resolve(peakKb);
      });
      const memory = watchPeakMemory(child.pid ?? 0, "fleet.py");
    });
  return {
    createsBeginWith: "search",
    looksByWholeList: true,
    up: () => fleet("up", String(count)),
    refresh: async () => void (await fleet("refresh")),
    destroy: async () => void (await fleet("destroy")),
  };
}
