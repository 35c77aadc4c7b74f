import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import type { ServerChannel } from "ssh2";
import type { Service } from "../doors.js";

/** What a shell says of a command that it does not find. */
const NOT_FOUND_CODE = 127;
/** Where the programs of this machine lie; the PATH of whoever started the simulator is nobody's business in a container. */
const CONTAINER_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** What becomes of the commands that come over SSH. */
export interface Commands {
  /** Runs one command of a contract, with its input and output in the channel, for as long as the channel is open. */
  run(container: Service, command: string, channel: ServerChannel): void;
  /** Waits until nothing runs, once all channels are closed, and leaves nothing behind. */
  close(): Promise<void>;
}

/** Runs nothing, and says so: a pretended machine has nothing to run. */
export function refusedCommands(): Commands {
  return {
    run: (_container, _command, channel) => {
      channel.stderr.write(
        "This is a pretended machine: the simulator logs you in and runs no commands. To run them on the machine of the simulator " +
          "itself, start it with --ssh-exec, or `sshExec: true` in a program.\n",
      );
      channel.exit(NOT_FOUND_CODE);
      channel.end();
    },
    close: async () => {},
  };
}

/** Runs each command with /bin/sh on this machine, as the user of this process, in a folder of its contract that is empty at first. */
export function commandsOnThisMachine(): Commands {
  /** The ends of the commands under way. */
  const running = new Set<Promise<unknown>>();
  let root: string | undefined;

  function folderOf(contractId: number): string {
    root ??= mkdtempSync(join(tmpdir(), "pulumi-vastai-simulator-"));
    const folder = join(root, String(contractId));
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  return {
    run: (container, command, channel) => {
      const cwd = folderOf(container.id);
      // Of a group of its own, by whose id it is ended with all its children.
      const shell = spawn("/bin/sh", ["-c", command], { cwd, env: envOf(container, cwd), detached: true });
      const end = () => {
        if (shell.exitCode === null && shell.signalCode === null) endGroup(shell);
        // Nobody reads on.
        shell.stdout.destroy();
        shell.stderr.destroy();
      };
      const ended = once(shell, "close").catch(() => {});
      running.add(ended);
      // What a command leaves in the background would hold the channel open, and outlive the simulator. Its id is free for others
      // once the group is empty: nothing is ended by it later.
      shell.once("exit", () => endGroup(shell));
      let isHeard = true;
      shell.once("close", (code, signal) => {
        running.delete(ended);
        if (!isHeard) return;
        channel.exit(exitCode(code, signal));
        channel.end();
      });
      shell.once("error", (error) => {
        channel.stderr.write(`The simulator cannot run /bin/sh: ${error.message}\n`);
      });
      // Either side may be gone before the other has said all.
      for (const stream of [channel, channel.stderr, shell.stdin, shell.stdout, shell.stderr])
        stream.on("error", () => {});
      // Closed by the client, or with its connection.
      channel.once("close", () => {
        isHeard = false;
        end();
      });
      channel.pipe(shell.stdin);
      shell.stdout.pipe(channel, { end: false });
      shell.stderr.pipe(channel.stderr, { end: false });
    },
    close: async () => {
      await Promise.all(running);
      if (root !== undefined) await rm(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The variables that Vast puts into a container, as far as they mean something here, and those of the renter. */
function envOf({ id, facts, recipe }: Service, home: string): Record<string, string> {
  // Names with a hyphen in front are flags of docker.
  const own = recipe.env.filter(([name]) => !name.startsWith("-"));
  return {
    PATH: CONTAINER_PATH,
    HOME: home,
    CONTAINER_ID: String(id),
    VAST_CONTAINERLABEL: `C.${id}`,
    GPU_COUNT: String(facts.num_gpus),
    ...Object.fromEntries(own),
  };
}

/** As a shell tells it: SSH itself has names for some signals only. */
function exitCode(code: number | null, signal: NodeJS.Signals | null): number {
  if (signal !== null) return 128 + constants.signals[signal];
  // Below 0 is the system's reason why there was no process.
  return code === null || code < 0 ? NOT_FOUND_CODE : code;
}

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nobody of the group is left.
  }
}
