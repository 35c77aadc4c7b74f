import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a start script runs with: the contract, the container's own key, and what the test gives besides. */
export interface Start {
  readonly id: number | string;
  readonly key: string;
  readonly onstart: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Default bash, which is what Vast runs start scripts with. */
  readonly shell?: string;
}

/** Runs start scripts as Vast does in a container: each test has a folder of its own, and what it started ends with it. */
export function containerHost() {
  const folder = mkdtempSync(join(tmpdir(), "container-"));
  const started: ChildProcess[] = [];

  function start({ id, key, onstart, env = {}, shell = "bash" }: Start) {
    const child = spawn(shell, ["-c", onstart], {
      detached: true,
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        TMPDIR: folder,
        CONTAINER_ID: String(id),
        CONTAINER_API_KEY: key,
        PULUMI_VASTAI_WATCHDOG_SECONDS: "0.1",
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    started.push(child);
    const said = { text: "" };
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (data) => {
        said.text += String(data);
      });
    }
    return { said, stop: () => killGroup(child) };
  }

  return {
    folder,
    start,
    stop: () => {
      for (const child of started) killGroup(child);
      rmSync(folder, { recursive: true });
    },
    read: (name: string) => tryRead(join(folder, name)),
    /** A PATH with nothing but these programs. */
    pathWith: (...programs: readonly string[]) => {
      const bin = mkdtempSync(join(folder, "bin-"));
      for (const program of programs) {
        const path = pathOf(program);
        if (path) symlinkSync(path, join(bin, program));
      }
      return bin;
    },
    /** A PATH on which a program is this shell script. */
    pathInstead: (program: string, script: string, bin = mkdtempSync(join(folder, "bin-"))) => {
      writeFileSync(join(bin, program), `#!${pathOf("sh")}\n${script}\n`);
      chmodSync(join(bin, program), 0o755);
      return `${bin}:${process.env.PATH}`;
    },
  };
}

/** Where a program is. What is called python3 may be a script that needs others: so Python is asked itself. */
export function pathOf(program: string): string | undefined {
  const places = (process.env.PATH ?? "").split(":");
  const first = places.map((place) => join(place, program)).find((path) => tryRead(path) !== undefined);
  if (program !== "python3" || first === undefined) return first;
  return execFileSync(first, ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" }).trim();
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}

function tryRead(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
