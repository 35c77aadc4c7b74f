// Runs of examples/fleet-job, copied into a project of its own as a user would, against a pretended Vast.ai whose machines run commands.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { expect, inject, onTestFinished } from "vitest";
import { type Simulator, startSimulator } from "../../simulator/index.js";
import { descendantsOf, endProcess, type ProcessInfo } from "./processes.js";
import { checkout } from "./pulumi.js";
import { filesWith } from "./state.js";

/** Long enough for a loaded machine; what is waited for takes a fraction of it. */
export const PATIENCE = { timeout: 40_000, interval: 50 };

const SPEED = 120;
const API_KEY = "key-for-tests-of-fleet-job";

/** A run of the program. */
export interface JobRun {
  readonly ended: Promise<{ readonly exitCode: number | null; readonly text: string }>;
  /** All that it has written so far. */
  text(): string;
  /** The program and all that it has started. */
  processes(): ProcessInfo[];
  /** Interrupts all of them at once, as a terminal does. */
  pressCtrlC(): void;
  /** Interrupts the program only. */
  terminate(): void;
}

export interface JobRuns {
  readonly world: Simulator["world"];
  /** Everything lies here; the program, its state and its results in `program`. */
  readonly folder: string;
  start(...args: string[]): JobRun;
  /** Nothing is billed, and the stack is gone. */
  expectAllGivenBack(): void;
}

/** A market of eight plain machines that load for so long. */
export async function jobRuns(boots: { afterMinutes: number }): Promise<JobRuns> {
  const simulator = await startSimulator({ speed: SPEED, seed: 7, offers: 0, reachable: true, sshExec: true });
  const { world } = simulator;
  for (let i = 0; i < 8; i += 1) world.addOffer({ dph_base: 0.3 + i / 100 });
  world.tell({ story: { boots } });

  const folder = mkdtempSync(join(tmpdir(), "pulumi-vastai-test-"));
  const program = join(folder, "program");
  for (const name of ["home", "pulumi-home", "temp"]) mkdirSync(join(folder, name));
  cpSync(join(checkout, "examples", "fleet-job"), program, { recursive: true });
  rmSync(join(program, ".pulumi"), { recursive: true, force: true });
  writeFileSync(join(program, "package.json"), JSON.stringify({ name: "jobs", private: true }));
  mkdirSync(join(program, "node_modules"));
  symlinkSync(checkout, join(program, "node_modules", "pulumi-vastai"));
  for (const name of ["@pulumi", "ssh2"]) {
    symlinkSync(join(checkout, "node_modules", name), join(program, "node_modules", name));
  }

  const children: ChildProcess[] = [];
  onTestFinished(async ({ task }) => {
    for (const { pid } of children) {
      for (const left of pid === undefined ? [] : [...descendantsOf(pid), { pid }]) endProcess(left.pid);
    }
    const { unknownRoutes } = world.view();
    const leaks = filesWith(API_KEY, folder);
    await simulator.stop();
    rmSync(folder, { recursive: true, force: true });
    if (task.result?.state === "fail") return;
    expect(unknownRoutes, "requests that Vast does not know").toEqual([]);
    expect(leaks, "files that hold the API key").toEqual([]);
  });

  return {
    world,
    folder,
    start: (...args) => {
      const child = spawn(process.execPath, ["run.mts", ...args], {
        cwd: program,
        detached: true,
        stdio: ["ignore", "pipe", "pipe"],
        env: {
          PATH: [inject("pulumiBin"), dirname(process.execPath), process.env.PATH].join(delimiter),
          HOME: join(folder, "home"),
          TMPDIR: join(folder, "temp"),
          PULUMI_HOME: join(folder, "pulumi-home"),
          NODE_COMPILE_CACHE: inject("compileCache"),
          GOGC: "400",
          VAST_API_KEY: API_KEY,
          VAST_URL: simulator.url,
          VASTAI_TIME_SCALE: String(SPEED),
        },
      });
      children.push(child);
      let text = "";
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding("utf8").on("data", (data) => (text += data));
      const pid = child.pid ?? 0;
      return {
        ended: once(child, "close").then(([exitCode]) => ({ exitCode, text })),
        text: () => text,
        processes: () => [...descendantsOf(pid), { pid, command: "run.mts" }],
        pressCtrlC: () => process.kill(-pid, "SIGINT"),
        terminate: () => process.kill(pid, "SIGTERM"),
      };
    },
    expectAllGivenBack: () => {
      expect(world.billedContracts()).toEqual([]);
      expect(world.view()).toMatchObject({ billedPerHour: 0 });
      expect(existsSync(join(program, ".pulumi", "stacks", "fleet-job", "job.json"))).toBe(false);
    },
  };
}
