// The most memory that a process ever had, from /proc; elsewhere it is not measured.
import { readdirSync, readFileSync } from "node:fs";

const LOOK_EVERY_MS = 100;

export interface MemoryWatch {
  /** Ends the watch. Kilobytes of resident memory at the peak, or null where it could not be measured. */
  stop(): number | null;
}

/** Follows the first process below `parent` whose command line holds `words`, for as long as it lives. */
export function watchPeakMemory(parent: number, words: string): MemoryWatch {
  let pid: number | undefined;
  let peakKb: number | null = null;
  const look = () => {
    pid ??= findProcess(parent, words);
    if (pid === undefined) return;
    const peak = /^VmHWM:\s+(\d+) kB$/m.exec(textOf(pid, "status"))?.[1];
    if (peak !== undefined) peakKb = Number(peak);
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  return {
    stop: () => {
      clearInterval(timer);
      return peakKb;
    },
  };
}

function findProcess(parent: number, words: string): number | undefined {
  const pids = namesIn("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map(Number).find((pid) => textOf(pid, "cmdline").includes(words) && descendsFrom(pid, parent));
}

function descendsFrom(pid: number, ancestor: number): boolean {
  if (pid === ancestor) return true;
  const parent = Number(/^PPid:\s+(\d+)$/m.exec(textOf(pid, "status"))?.[1] ?? 0);
  return parent > 1 && descendsFrom(parent, ancestor);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Empty when the process has ended meanwhile. */
function textOf(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
