import type { Clock } from "../clock.js";
import { ApiError, ConnectionError, RateLimitedError, WireFormatError } from "../errors.js";
import type { Effect } from "./endpoint.js";

/** Tries in all for a fault of the network or the server. */
const MOST_TRIES = 5;
/**
 * For how long a call is repeated that is answered with 429: none was executed, and other programs on the account may keep the route busy. Twice
 * what a create may take by default, so that it is the create's own deadline that ends it.
 */
const RATE_LIMITED_PATIENCE_MS = 60 * 60_000;
const FIRST_BACKOFF_MS = 1000;
const LONGEST_BACKOFF_MS = 30_000;
/** After a 429 it is the pacing that keeps the distance; who comes late finds the route busy again. */
const LONGEST_RATE_LIMITED_BACKOFF_MS = 2000;

/** True when nobody can say whether the server carried the request out. */
export function isUnknownOutcome(error: unknown): boolean {
  if (error instanceof ConnectionError) return error.outcome === "unknown";
  // An answer that cannot be read, and a gateway's or server's fault, may hide a success.
  if (error instanceof WireFormatError) return true;
  return error instanceof ApiError && (error.status >= 500 || error.status === 408);
}

/**
 * How long to wait before the next try, in milliseconds, or undefined to give up. `tried` is how often it failed like this, by 429 or
 * otherwise, `forMs` since when it was sent first. Pure: `random` is in [0, 1).
 *
 * | effect | 429 | server fault, lost answer | never sent | refused |
 * |---|---|---|---|---|
 * | read, idempotent | again | again | again | no |
 * | rents | again (was not executed) | no: it may have rented | again | no |
 */
export function delayBeforeRetry(
  effect: Effect,
  error: unknown,
  tried: number,
  random: number,
  forMs = 0,
): number | undefined {
  // Whatever it says, it made a contract: once more would be a second one.
  if (error instanceof ApiError && error.refusal.newContract !== undefined) return undefined;
  // Half fixed, half random: several programs on one account must not meet again in step.
  const backoff = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (tried - 1)) * (0.5 + random / 2);
  if (error instanceof RateLimitedError) {
    const askedMs = (error.refusal.thresholdSeconds ?? 0) * 1000 * (1 + random / 4);
    const delayMs = Math.max(askedMs, Math.min(backoff, LONGEST_RATE_LIMITED_BACKOFF_MS));
    return forMs + delayMs <= RATE_LIMITED_PATIENCE_MS ? delayMs : undefined;
  }
  if (tried >= MOST_TRIES) return undefined;
  if (error instanceof ConnectionError && error.outcome === "not sent") return backoff;
  return isUnknownOutcome(error) && effect !== "rents" ? backoff : undefined;
}

/** Calls until it works or the policy gives up; the last error is thrown, and `onRetry` is told those before. */
export async function withRetry<T>(
  effect: Effect,
  clock: Clock,
  signal: AbortSignal | undefined,
  attempt: () => Promise<T>,
  random = Math.random,
  onRetry: (error: unknown) => void = () => {},
): Promise<T> {
  const startedAt = clock.now();
  const tried = { rateLimited: 0, otherwise: 0 };
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const kind = error instanceof RateLimitedError ? "rateLimited" : "otherwise";
      tried[kind] += 1;
      const delayMs = delayBeforeRetry(effect, error, tried[kind], random(), clock.now() - startedAt);
      if (delayMs === undefined) throw error;
      onRetry(error);
      await clock.sleep(delayMs, signal);
    }
  }
}
