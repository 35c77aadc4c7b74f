import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { messageOf } from "../errors.js";

/** How a run of the Pulumi CLI has ended. */
export interface PulumiRun {
  readonly stdout: string;
  readonly stderr: string;
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
}

/**
 * Runs the Pulumi CLI of the PATH in this folder, without questions and colours, for at most `limitMs` milliseconds. Throws when it cannot be
 * started or takes too long, with a message that goes on a sentence; a failure of its own is told by the exit code. Without `env` it has this
 * process's own.
 */
export async function runPulumi(
  args: readonly string[],
  env: NodeJS.ProcessEnv | undefined,
  limitMs: number,
): Promise<PulumiRun> {
  const limit = AbortSignal.timeout(limitMs);
  const child = spawn("pulumi", [...args, "--non-interactive", "--color=never"], {
    ...(env && { env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" } }),
    stdio: ["ignore", "pipe", "pipe"],
    // Not spawn's own time limit: its timer goes on when the program cannot be started, and holds this process.
    signal: limit,
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  try {
    // Both pipes are drained from the start: a full one would stop the child.
    const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    return { stdout, stderr, exitCode };
  } catch (error) {
    throw new Error(`${limit.aborted ? "took too long" : "could not be started"} (${codeOf(error)})`);
  }
}

/** How a run failed, going on a sentence: its exit code and its own words, shortened. */
export function endText({ exitCode, stderr }: PulumiRun): string {
  const said =
    stderr
      .trim()
      .replace(/^error: /, "")
      .replace(/\s+/g, " ")
      .slice(0, 400) || "no reason given";
  return `${exitCode === null ? "was killed" : `failed with exit code ${exitCode}`}: ${said}`;
}

/** The system's code of an error, or else its message. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : messageOf(error);
}
