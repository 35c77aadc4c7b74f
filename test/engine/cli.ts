import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { type EngineReport, readEvents } from "./events.js";
import { descendantsOf, endProcess, type ProcessInfo } from "./processes.js";

/** Variables on top of others; undefined takes one away. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A run of the CLI that has ended. */
export interface Run extends EngineReport {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  /** All that it wrote, standard output and standard error. */
  readonly text: string;
}

/** A run of the CLI that is under way. */
export interface Running {
  readonly ended: Promise<Run>;
  /** All that it has written so far. */
  text(): string;
  /** The processes that it has started, with all theirs. */
  processes(): ProcessInfo[];
  kill(signal: "SIGINT" | "SIGKILL"): void;
}

/** The Pulumi CLI for one stack. */
export interface Cli {
  start(command: string, env?: Environment): Running;
  /** All that it ever wrote. */
  readonly texts: readonly string[];
  /** Ends what is still running, and what killed runs have left behind. */
  end(): void;
}

export interface CliOptions {
  /** Folder of the programs. */
  readonly bin: string;
  /** Folder of the project. */
  readonly cwd: string;
  readonly env: Environment;
  /** The stack's configuration, kept outside of the project's folder. */
  readonly configFile: string;
  /** Where event logs are put. */
  readonly events: string;
  /** Name of the stack, unless a command names another one. Default `dev`. */
  readonly stack?: string;
}

/** Commands that work on resources. */
const OPERATIONS = ["preview", "up", "refresh", "destroy", "import"];

export function createCli({ bin, cwd, env, configFile, events, stack = "dev" }: CliOptions): Cli {
  const texts: string[] = [];
  const running = new Set<Running>();
  const leftBehind = new Set<number>();
  let runs = 0;

  function start(command: string, more: Environment = {}): Running {
    runs += 1;
    const eventLog = join(events, `${runs}.json`);
    const [verb = "", ...rest] = command.split(" ");
    const own = command.includes("--stack=") ? [] : [`--stack=${stack}`];
    const args = [verb, ...rest, ...own, "--non-interactive", "--color=never"];
    if (OPERATIONS.includes(verb)) args.push("--event-log", eventLog);
    if ([...OPERATIONS, "config"].includes(verb)) args.push("--config-file", configFile);
    // Without a question, and without a preview that runs the program twice.
    if (OPERATIONS.includes(verb) && verb !== "preview") args.push("--yes", "--skip-preview");
    const child = spawn(join(bin, "pulumi"), args, {
      cwd,
      env: { ...env, ...more },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [stdout, text] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (data) => (stdout += data));
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (data) => (text += data));
    const streams = Promise.all([finished(child.stdout), finished(child.stderr)]);
    const exit = once(child, "exit") as Promise<[exitCode: number | null]>;
    const run: Running = {
      ended: exit.then(async ([exitCode]) => {
        running.delete(run);
        // What a killed CLI leaves behind holds its pipes open.
        if (exitCode !== null) await streams;
        texts.push(text);
        return { exitCode, stdout, text, ...readEvents(eventLog) };
      }),
      text: () => text,
      processes: () => {
        const processes = child.pid === undefined ? [] : descendantsOf(child.pid);
        for (const { pid } of processes) leftBehind.add(pid);
        return processes;
      },
      kill: (signal) => child.kill(signal),
    };
    running.add(run);
    return run;
  }

  return {
    start,
    texts,
    end: () => {
      for (const run of running) {
        run.processes();
        run.kill("SIGKILL");
      }
      for (const pid of leftBehind) endProcess(pid);
    },
  };
}
