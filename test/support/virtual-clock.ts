import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import type { Clock } from "../../provider/clock.js";

/** A clock that jumps to the next thing to do as soon as nothing else can happen. */
export interface VirtualClock extends Clock {
  /** Moves time on by hand, without anybody sleeping. */
  advance(ms: number): void;
  /** Stops the clock and forgets its sleepers. */
  stop(): void;
}

interface Sleeper {
  readonly wakesAt: number;
  wake(): void;
}

/** Turns of the event loop without traffic before time may jump: loopback answers need a few for each hop. */
const QUIET_TURNS = 12;

/**
 * Time for client, watcher and simulator in one process. Whenever somebody sleeps and no request or connection is on its way, the clock
 * jumps to the earliest waking. A request that the simulator holds back on purpose sleeps on this clock as well, and does not stop it.
 */
export function virtualClock(startsAt = Date.parse("2026-11-21T09:00:00Z")): VirtualClock {
  let now = startsAt;
  let stopped = false;
  let inFlight = 0;
  let quietTurns = 0;
  let turning = false;
  const sleepers = new Set<Sleeper>();

  const onStart = () => {
    inFlight += 1;
    quietTurns = 0;
  };
  const onEnd = () => {
    inFlight = Math.max(0, inFlight - 1);
    quietTurns = 0;
  };
  /** A connection is on its way until it stands or is refused; what is then said over it takes a few turns. */
  const onSocket = (message: unknown) => {
    const { socket } = message as { socket: Socket };
    onStart();
    let isOnItsWay = true;
    const onSettled = () => {
      if (isOnItsWay) onEnd();
      isOnItsWay = false;
    };
    socket.once("connect", onSettled).once("close", onSettled);
  };
  subscribe("net.client.socket", onSocket);
  subscribe("http.client.request.start", onStart);
  subscribe("http.client.response.finish", onEnd);
  subscribe("http.client.request.error", onEnd);

  function turn(): void {
    if (stopped || sleepers.size === 0) {
      turning = false;
      return;
    }
    quietTurns += 1;
    if (quietTurns > QUIET_TURNS && (inFlight === 0 || quietTurns > QUIET_TURNS * 20)) {
      const next = Math.min(...[...sleepers].map(({ wakesAt }) => wakesAt));
      now = Math.max(now, next);
      quietTurns = 0;
      for (const sleeper of [...sleepers]) if (sleeper.wakesAt <= now) sleeper.wake();
    }
    setImmediate(turn);
  }

  function add(sleeper: Sleeper): void {
    sleepers.add(sleeper);
    if (turning) return;
    turning = true;
    quietTurns = 0;
    setImmediate(turn);
  }

  const sleep: Clock["sleep"] = (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const sleeper: Sleeper = {
        wakesAt: now + Math.max(0, ms),
        wake: () => {
          sleepers.delete(sleeper);
          signal?.removeEventListener("abort", onAbort);
          resolve();
        },
      };
      const onAbort = () => {
        sleepers.delete(sleeper);
        reject(signal?.reason);
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      add(sleeper);
    });

  return {
    now: () => now,
    sleep,
    pause: (ms) => sleep(ms),
    timeLimit: (ms) => {
      const controller = new AbortController();
      const sleeper: Sleeper = {
        wakesAt: now + ms,
        wake: () => {
          sleepers.delete(sleeper);
          controller.abort();
        },
      };
      add(sleeper);
      return { signal: controller.signal, cancel: () => sleepers.delete(sleeper) };
    },
    advance: (ms) => {
      now += ms;
    },
    stop: () => {
      stopped = true;
      sleepers.clear();
      unsubscribe("net.client.socket", onSocket);
      unsubscribe("http.client.request.start", onStart);
      unsubscribe("http.client.response.finish", onEnd);
      unsubscribe("http.client.request.error", onEnd);
    },
  };
}
