import type { Clock } from "../clock.js";
import { ApiError, ConnectionError, RateLimitedError, WireFormatError } from "../errors.js";
import type { Effect } from "./endpoint.js";

/** Tries in all for a fault of the network or the server. */
const MOST_TRIES = 5;
/** Tries in all against 429: none was executed, and other programs on the account may keep the route busy for long. */
const MOST_RATE_LIMITED_TRIES = 10;
const FIRST_BACKOFF_MS = 1000;
const LONGEST_BACKOFF_MS = 30_000;

/** True when nobody can say whether the server carried the request out. */
export function isUnknownOutcome(error: unknown): boolean {
  if (error instanceof ConnectionError) return error.outcome === "unknown";
  // An answer that cannot be read, and a gateway's or server's fault, may hide a success.
  if (error instanceof WireFormatError) return true;
  return error instanceof ApiError && (error.status >= 500 || error.status === 408);
}

/**
 * How long to wait before try number `tried + 1`, in milliseconds, or undefined to give up. Pure: `random` is in [0, 1).
 *
 * | effect | 429 | server fault, lost answer | never sent | refused |
 * |---|---|---|---|---|
 * | read, idempotent | again | again | again | no |
 * | rents | again (was not executed) | no: it may have rented | again | no |
 */
export function delayBeforeRetry(effect: Effect, error: unknown, tried: number, random: number): number | undefined {
  // Whatever it says, it made a contract: once more would be a second one.
  if (error instanceof ApiError && error.refusal.newContract !== undefined) return undefined;
  // Half fixed, half random: several programs on one account must not meet again in step.
  const backoff = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (tried - 1)) * (0.5 + random / 2);
  if (error instanceof RateLimitedError) {
    const askedMs = (error.refusal.thresholdSeconds ?? 0) * 1000 * (1 + random / 4);
    return tried < MOST_RATE_LIMITED_TRIES ? Math.max(askedMs, backoff) : undefined;
  }
  if (tried >= MOST_TRIES) return undefined;
  if (error instanceof ConnectionError && error.outcome === "not sent") return backoff;
  return isUnknownOutcome(error) && effect !== "rents" ? backoff : undefined;
}

/** Calls until it works or the policy gives up; the last error is thrown. */
export async function withRetry<T>(
  effect: Effect,
  clock: Clock,
  signal: AbortSignal | undefined,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await attempt();
    } catch (error) {
      const delayMs = delayBeforeRetry(effect, error, tried, Math.random());
      if (delayMs === undefined) throw error;
      await clock.sleep(delayMs, signal);
    }
  }
}
