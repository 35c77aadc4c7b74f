import type { Clock } from "../clock.js";
import { VastError } from "../errors.js";

/**
 * Who of several programs on one account may use a route on which a 429 closes the route for all of them. They cannot talk to each other,
 * but each sees in the account what the others have made. So whoever is using the route goes on, and the others wait for a pause: taking
 * turns call by call would need a common beat, and every miss of it costs all of them the penalty.
 */
export interface RightOfWay {
  /**
   * Returns when this program may call: at once while it is alone, or is the one that is using the route. Else it waits for a pause of the
   * others; `onYield` is called while it does, and `onPause` when there is one, some seconds before it returns. What that throws is thrown,
   * and the next call finds the same pause. Throws `account_busy` when this program has waited for an hour: nobody may wait for ever.
   */
  wait(signal: AbortSignal | undefined, on: { onYield?: (() => void) | undefined; onPause(): void }): Promise<void>;
  /** A call was let through; `made` is the id of what it made, if anything. */
  passed(made: number | undefined): void;
  /** A call was answered with 429, which named this many seconds. */
  refused(thresholdSeconds: number | undefined): void;
  /** A call on another route was answered with 429: somebody else is on the account. */
  noticed(): void;
  /** When others were last seen to use the route, in milliseconds of the clock. */
  readonly othersSeenAt: number;
}

/** What a call on the route has made. */
export interface Made {
  readonly id: number;
  /** When, in milliseconds of the server's clock; undefined when it does not say. */
  readonly at: number | undefined;
}

export interface RightOfWayOptions {
  readonly clock: Clock;
  /** Least time between two calls. */
  readonly intervalMs: number;
  /** How long the route stays closed after a 429. */
  readonly penaltyMs: number;
  /** The newest thing that anybody has made by this route; undefined when there is none. */
  readonly newest: (signal: AbortSignal | undefined) => Promise<Made | undefined>;
  /** In [0, 1). */
  readonly random: () => number;
}

/** Others are thought of for so long after the last sign of them. */
const REMEMBERED_MS = 10 * 60_000;
/** So many intervals with nothing new are a pause: whoever is using the route makes something in each. */
const PAUSE_INTERVALS = 1.4;
/** So many intervals without a call of its own, and others may have taken the route over. */
const IDLE_INTERVALS = 1.3;
/** Those who wait for the same pause each pick a moment at random in this many intervals; it doubles with each refusal. */
const CONTENTION_INTERVALS = 0.75;
const MOST_DOUBLINGS = 4;
/** A look is not repeated sooner. */
const LOOK_AGAIN_MS = 4_000;
/** So long others are waited for: as long as a call is repeated that is answered with 429. */
const PATIENCE_MS = 60 * 60_000;
/** All who wait expect the same pause, and are not to look at the same moment. */
const LOOK_APART_MS = 1_000;

/** The right of way of a program that knows of nobody else. */
export function createRightOfWay(options: RightOfWayOptions): RightOfWay {
  const { clock, intervalMs, penaltyMs, newest, random } = options;
  let passedAt = Number.NEGATIVE_INFINITY;
  let lastMade: number | undefined;
  let lastWasRefused = false;
  let isYielding = false;
  let refusals = 0;
  let companyAt = Number.NEGATIVE_INFINITY;
  let othersSeenAt = Number.NEGATIVE_INFINITY;
  /** Since when nothing new has been made, as far as is known. */
  let quietSince = Number.NEGATIVE_INFINITY;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let youngestMs = Number.POSITIVE_INFINITY;
  /** Since when no call has been let through although one wanted to; undefined when none waits. */
  let waitingSince: number | undefined;

  /** Whether others have made something since the last look. A look that fails shows nothing. */
  async function look(signal: AbortSignal | undefined): Promise<boolean> {
    lookedAt = clock.now();
    const made = await newest(signal).catch(() => undefined);
    signal?.throwIfAborted();
    if (made === undefined || made.id === lastMade) return false;
    const now = clock.now();
    const isFirst = lastMade === undefined;
    lastMade = made.id;
    const ageMs = now - (made.at ?? now);
    if (isFirst && ageMs > REMEMBERED_MS) return false;
    // The two clocks may differ by any time. The youngest thing ever seen was at least that old, so this errs to the later.
    youngestMs = Math.min(youngestMs, ageMs);
    quietSince = Math.max(quietSince, now - (ageMs - youngestMs));
    companyAt = now;
    othersSeenAt = now;
    isYielding = true;
    return true;
  }

  async function untilPause(signal: AbortSignal | undefined, onYield: (() => void) | undefined): Promise<void> {
    for (;;) {
      if (clock.now() - (waitingSince ?? clock.now()) > PATIENCE_MS) {
        throw new VastError(
          "account_busy",
          "Other programs on this account have been renting for an hour without a pause.",
        );
      }
      if (clock.now() - lookedAt > LOOK_AGAIN_MS) await look(signal);
      const left = quietSince + PAUSE_INTERVALS * intervalMs - clock.now();
      if (left <= 0) return;
      onYield?.();
      await clock.sleep(left + random() * LOOK_APART_MS, signal);
    }
  }

  return {
    async wait(signal, { onYield, onPause }) {
      const isIdle = clock.now() - passedAt > IDLE_INTERVALS * intervalMs;
      const hasCompany = clock.now() - companyAt < REMEMBERED_MS;
      if (!isYielding && !(isIdle && hasCompany)) return;
      waitingSince ??= clock.now();
      for (;;) {
        await untilPause(signal, onYield);
        if (!isYielding) return;
        onPause();
        const window = CONTENTION_INTERVALS * 2 ** Math.min(refusals, MOST_DOUBLINGS) * intervalMs;
        await clock.sleep(random() * window, signal);
        if (!(await look(signal))) return;
      }
    },
    passed(made) {
      passedAt = clock.now();
      waitingSince = undefined;
      lastMade = made ?? lastMade;
      lastWasRefused = false;
      isYielding = false;
      refusals = 0;
    },
    refused(thresholdSeconds = 0) {
      const now = clock.now();
      // The whole penalty is told to those who come while the route is closed: it was somebody else who came too early, and that one yields.
      const isUsing = !lastWasRefused && now - passedAt < 2 * intervalMs && thresholdSeconds * 1000 >= penaltyMs;
      // It goes on when the route is open again.
      if (isUsing) passedAt = now + penaltyMs;
      isYielding = !isUsing;
      lastWasRefused = true;
      refusals += 1;
      companyAt = now;
      othersSeenAt = now;
      // Whoever is using the route comes back when it is open again.
      quietSince = now + penaltyMs;
    },
    noticed() {
      companyAt = clock.now();
    },
    get othersSeenAt() {
      return othersSeenAt;
    },
  };
}
