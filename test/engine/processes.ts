import { execFileSync } from "node:child_process";

/** A process of this machine. */
export interface ProcessInfo {
  readonly pid: number;
  readonly command: string;
}

/** All processes that descend from `pid`, itself left out. */
export function descendantsOf(pid: number): ProcessInfo[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" }).split("\n");
  const all = lines.flatMap((line) => {
    const [, id, parent, command = ""] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return id === undefined ? [] : [{ pid: Number(id), parent: Number(parent), command }];
  });
  const childrenOf = (parent: number): ProcessInfo[] =>
    all
      .filter((process) => process.parent === parent)
      .flatMap(({ pid: child, command }) => [{ pid: child, command }, ...childrenOf(child)]);
  return childrenOf(pid);
}

/** Whether a process exists and is no zombie. */
export function isAlive(pid: number): boolean {
  try {
    return !/^\s*Z/.test(execFileSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" }));
  } catch {
    return false;
  }
}

/** Ends a process at once, if it is still there. */
export function endProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
