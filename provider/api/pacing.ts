import { type Clock, untilAborted } from "../clock.js";
import { RateLimitedError } from "../errors.js";
import { type CallArgs, type Endpoint, routeOf } from "./endpoint.js";
import { createRightOfWay, type RightOfWay, type RightOfWayOptions } from "./right-of-way.js";

/** The server measures on arrival. A call has arrived when it is answered, and else, as the network goes, so long after it went out. */
const LATEST_ARRIVAL_MS = 1000;

/** Added to what a 429 names, and to the beat by which others are seen. */
const MARGIN = 1.1;

/** A 429 that names more seconds asks for a pause and not for an interval: the longest known are 5.5. */
const LONGEST_INTERVAL_SECONDS = 10;

/** A 429 doubles the distance between calls, at most to so many times the least. */
const MOST_INTERVALS = 4;
/** A call that passes takes this part of the least off the distance again. */
const RECOVERY = 0.25;

/** Lets calls of one account through no faster than Vast allows. */
export interface Pacing {
  /** Runs `call` at the route's next free moment: first come, first served; an aborted signal gives the place up. */
  paced<T>(endpoint: Endpoint, waits: Waits, call: () => Promise<T>): Promise<T>;
}

/** How a call waits for its turn. */
export interface Waits extends Pick<CallArgs, "signal" | "onYield" | "onOvertaken"> {
  /** Since when, in milliseconds of the clock: before its first try. Default now. */
  readonly since?: number;
}

export interface PacingOptions {
  readonly clock: Clock;
  /** The newest contract of the account. Default: what others rent cannot be seen, and all that tells of them is 429. */
  readonly newest?: RightOfWayOptions["newest"] | undefined;
  /** In [0, 1). Default `Math.random`. */
  readonly random?: () => number;
}

interface Lane {
  /** Vast's own interval. */
  leastMs: number;
  /** The least, and more for some time after a 429. */
  intervalMs: number;
  /** When the last call began, and when it was answered; never, as long as it is not. */
  begunAt: number;
  answeredAt: number;
  /** A refusal closed the route until then. */
  closedUntil: number;
  last: Promise<unknown>;
  readonly rightOfWay: RightOfWay | undefined;
}

/**
 * Spaces calls per method and route template by Vast's minimum interval, counted from the answer to the call before, or from a second after it
 * went out, whichever is sooner. Learns from the threshold that a 429 names. It prevents 429 instead of retrying it: every one costs a round
 * trip and, on the rent route, a penalty. As long as there is none, this process is alone on its account and calls at the earliest moment.
 * After one, others are there too: where a 429 closes the route, see {@link RightOfWay}; elsewhere calls keep more distance for a while.
 */
export function createPacing({ clock, newest, random = Math.random }: PacingOptions): Pacing {
  const lanes = new Map<string, Lane>();
  let hasMet429 = false;

  function laneOf(endpoint: Endpoint): Lane {
    const route = routeOf(endpoint);
    const known = lanes.get(route);
    if (known) return known;
    const lane = newLane(endpoint);
    lanes.set(route, lane);
    return lane;
  }

  function newLane({ minIntervalSeconds, penaltySeconds }: Endpoint): Lane {
    const leastMs = minIntervalSeconds * 1000;
    const lane: Lane = {
      leastMs,
      intervalMs: leastMs,
      begunAt: Number.NEGATIVE_INFINITY,
      answeredAt: Number.NEGATIVE_INFINITY,
      closedUntil: 0,
      last: Promise.resolve(),
      rightOfWay:
        newest && penaltySeconds !== undefined
          ? createRightOfWay({ clock, random, newest, intervalMs: leastMs * MARGIN, penaltyMs: penaltySeconds * 1000 })
          : undefined,
    };
    if (hasMet429) lane.rightOfWay?.noticed();
    return lane;
  }

  function freeAt({ intervalMs, begunAt, answeredAt, closedUntil }: Lane): number {
    return Math.max(closedUntil, Math.min(begunAt + LATEST_ARRIVAL_MS, answeredAt) + intervalMs);
  }

  async function untilFree(lane: Lane, signal: AbortSignal | undefined): Promise<void> {
    for (let now = clock.now(); now < freeAt(lane); now = clock.now()) {
      // The answer may come during the interval, and end it sooner.
      const soonest = lane.begunAt + lane.intervalMs;
      await clock.sleep((now < soonest ? soonest : freeAt(lane)) - now, signal);
    }
  }

  async function takeTurn(lane: Lane, { signal, onYield, onOvertaken }: Waits, since: number): Promise<number> {
    const { rightOfWay } = lane;
    signal?.throwIfAborted();
    await untilFree(lane, signal);
    const onPause = () => {
      if (rightOfWay && since < rightOfWay.othersSeenAt) onOvertaken?.();
    };
    await rightOfWay?.wait(signal, { onYield, onPause });
    await untilFree(lane, signal);
    lane.answeredAt = Number.POSITIVE_INFINITY;
    lane.begunAt = clock.now();
    return lane.begunAt;
  }

  function learn(lane: Lane, { penaltySeconds = 0 }: Endpoint, begunAt: number, thresholdSeconds = 0): void {
    if (thresholdSeconds <= LONGEST_INTERVAL_SECONDS) lane.leastMs = Math.max(lane.leastMs, thresholdSeconds * 1000);
    const wider = lane.rightOfWay ? lane.leastMs : Math.min(lane.intervalMs * 2, lane.leastMs * MOST_INTERVALS);
    lane.intervalMs = Math.max(lane.leastMs, wider);
    // It has not used the route up, and may come again soon: at random, for programs that met once would meet again in step.
    if (lane.begunAt === begunAt) lane.begunAt = Number.NEGATIVE_INFINITY;
    const closedMs = Math.max(lane.leastMs * (1 + random()), Math.max(thresholdSeconds, penaltySeconds) * 1000);
    lane.closedUntil = Math.max(lane.closedUntil, clock.now() + closedMs * MARGIN);
    hasMet429 = true;
    for (const { rightOfWay } of lanes.values()) rightOfWay?.noticed();
    lane.rightOfWay?.refused(thresholdSeconds);
  }

  return {
    async paced(endpoint, waits, call) {
      const lane = laneOf(endpoint);
      const since = waits.since ?? clock.now();
      const turn = lane.last.then(() => takeTurn(lane, waits, since));
      // Whoever gives up must not hold back those behind.
      lane.last = turn.catch(() => {});
      const begunAt = await untilAborted(turn, waits.signal);
      try {
        const answer = await call();
        // A later call may have begun meanwhile: that one is to be waited for.
        if (lane.begunAt === begunAt) lane.answeredAt = clock.now();
        lane.intervalMs = Math.max(lane.leastMs, lane.intervalMs - lane.leastMs * RECOVERY);
        lane.rightOfWay?.passed(contractIn(answer));
        return answer;
      } catch (error) {
        // Without an answer the call may still be on its way.
        if (error instanceof RateLimitedError) learn(lane, endpoint, begunAt, error.refusal.thresholdSeconds);
        else lane.rightOfWay?.passed(undefined);
        throw error;
      }
    },
  };
}

function contractIn(answer: unknown): number | undefined {
  const { new_contract: id } = Object(answer) as { new_contract?: unknown };
  return typeof id === "number" ? id : undefined;
}
