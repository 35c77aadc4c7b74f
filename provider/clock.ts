/** One minute in milliseconds. */
export const MINUTE_MS = 60_000;
/** One hour in milliseconds. */
export const HOUR_MS = 60 * MINUTE_MS;

/** Time as the provider sees it. The only place that arms timers, so that tests and the simulator can own time. */
export interface Clock {
  /** Milliseconds since 1970 on this clock. Runs faster than the wall when the clock is sped up. */
  now(): number;
  /** Resolves after `ms` milliseconds of this clock; rejects with the signal's reason as soon as it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /**
   * Resolves after `ms` milliseconds of the wall, to wait for what other processes do at their own pace. A sped-up clock does not
   * shorten it.
   */
  pause(ms: number): Promise<void>;
  /**
   * A signal that aborts after `ms` milliseconds, to bound one request or probe. A sped-up clock does not shorten it:
   * the network does not hurry along. Call `cancel` when the work is done.
   */
  timeLimit(ms: number): TimeLimit;
}

export interface TimeLimit {
  readonly signal: AbortSignal;
  cancel(): void;
}

/** The longest delay that `setTimeout` takes; it fires at once for anything above. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * The clock of the machine. With `speed` S an hour passes in 1/S hours: waits and intervals shrink alike, for use beside
 * a simulator that runs at the same speed. Default 1.
 */
export function systemClock(speed = 1): Clock {
  const startedAt = Date.now();
  // Measured apart from the wall: when somebody sets the machine's clock, no wait may grow by the difference.
  const origin = performance.now();
  return {
    now: () => startedAt + (performance.now() - origin) * speed,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) {
          reject(signal.reason);
          return;
        }
        const onAbort = () => {
          clearTimeout(timer);
          reject(signal?.reason);
        };
        const timer = setTimeout(
          () => {
            signal?.removeEventListener("abort", onAbort);
            resolve();
          },
          Math.min(Math.max(0, ms / speed), LONGEST_TIMER_MS),
        );
        signal?.addEventListener("abort", onAbort, { once: true });
      }),
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, Math.min(ms, LONGEST_TIMER_MS))),
    timeLimit: (ms) => {
      const controller = new AbortController();
      const timer = setTimeout(() => controller.abort(), Math.min(ms, LONGEST_TIMER_MS));
      return { signal: controller.signal, cancel: () => clearTimeout(timer) };
    },
  };
}

/** Settles like `work`, or rejects with the signal's reason as soon as it is aborted. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
