import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Contender, Ground } from "./contenders/contender.mts";
import { prepareGround } from "./ground.mts";
import { FEW } from "./memory-growth.mts";

/** Numbers of machines with which memory is measured: a few, and so many that what each holds shows beside what all need. */
export const MEMORY_SIZES: readonly number[] = [FEW, 100];

/** Nothing but memory is measured, so that time may hurry; but collections stop the process, and too many late calls would end in timeouts. */
const SPEED = 20;

/**
 * Brings up the machines once more with full garbage collections every two seconds in the process of the provider. Answers the most memory
 * that was held after one, in kilobytes; null for who has no such process.
 */
export async function liveMemoryKb(
  create: (ground: Ground) => Promise<Contender>,
  count: number,
): Promise<number | null> {
  const ground = await prepareGround(count, SPEED);
  try {
    const heapFile = join(ground.folder, "heap");
    const contender = await create({ ...ground, heapFile });
    await contender.up();
    return existsSync(heapFile) ? Number(readFileSync(heapFile, "utf8")) / 1024 : null;
  } finally {
    await ground.stop();
  }
}
