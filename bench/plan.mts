import type { Name } from "./contenders/contender.mts";

/**
 * How many seconds of the world pass in one of the wall. Slow where the lag of single machines is measured: at 10 a stall of the machine
 * for 20 ms is a fifth of a second of the world. Faster where minutes of waiting would only be sat out: at 15 Vast's shortest interval is
 * still 67 ms; at 40, with 25 ms, a request of hundreds of creates now and then came too early.
 */
export function speedOf(count: number): number {
  if (count <= 20) return 10;
  return 15;
}

/**
 * Likewise while the machines are looked at again and given back. The engine hands reads and deletes out one by one, at a pace of the wall: at fifteen
 * times the speed a hundred deletes that come within a second would come within a quarter of a minute.
 */
export const CALM_SPEED = 2;

/** Beyond this the others need most of an hour of the world, and thousands of refused calls. */
const MOST_FOR_OTHERS = 100;

/** Why a contender is left out at this number of machines, unless it is asked for by name; undefined when it runs. */
export function leftOutBecause(name: Name, count: number): string | undefined {
  if (name === "ours" || count <= MOST_FOR_OTHERS) return undefined;
  return `left out above ${MOST_FOR_OTHERS} machines, it takes too long`;
}
