import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { type Report, timed } from "./progress.mts";

const LOOK_AGAIN_MS = 1_000;
const SQLITE_BUSY = 5;

/**
 * Runs `work` while no other process holds the lock `file`; waits until then. SQLite's lock is one of the operating
 * system, which ends with its holder however that dies, so that no lock is ever stale.
 */
export async function whileLocked<T>(file: string, report: Report, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  const lock = new DatabaseSync(file, { timeout: 0 });
  try {
    if (!taken(lock)) {
      await timed("waiting for another process that makes the Pulumi CLI", report, async () => {
        while (!taken(lock)) await sleep(LOOK_AGAIN_MS);
      });
    }
    return await work();
  } finally {
    lock.close();
  }
}

function taken(lock: DatabaseSync): boolean {
  try {
    lock.exec("BEGIN EXCLUSIVE");
    return true;
  } catch (error) {
    if (error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY) return false;
    throw error;
  }
}
