/** Vast lets one account rent once in so many seconds (vast-api.md §1.5). */
export const RENT_INTERVAL_SECONDS = 4.5;

const SHORTEST_BOOT_SECONDS = 120;
const LONGEST_BOOT_SECONDS = 150;
const GOLDEN_RATIO = (1 + Math.sqrt(5)) / 2;

/**
 * How long the contract that is rented as number `k` (from 0) takes to run, in seconds: the same for every contender. Between two
 * and two and a half minutes, spread evenly by the golden ratio, so that no contender's rhythm falls in with that of the boots.
 */
export function bootSeconds(k: number): number {
  const share = ((k + 1) * GOLDEN_RATIO) % 1;
  return SHORTEST_BOOT_SECONDS + share * (LONGEST_BOOT_SECONDS - SHORTEST_BOOT_SECONDS);
}

/**
 * The seconds that nobody can go below from the first request until `count` machines run: rents at Vast's interval, each machine
 * running after its own boot, and no time for anything else: no search, no network, no look.
 */
export function lowerBoundSeconds(count: number): number {
  return Math.max(...Array.from({ length: count }, (_, k) => k * RENT_INTERVAL_SECONDS + bootSeconds(k)));
}
