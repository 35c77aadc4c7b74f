import { setTimeout as sleepOnTheWall } from "node:timers/promises";
import type { SimulatorOptions } from "pulumi-vastai/simulator";

/** Time of a world that can be made to pass faster or slower while it runs. */
export type ChangingClock = NonNullable<SimulatorOptions["clock"]> & {
  /** From now on so many seconds of the world pass in one of the wall. Sleeps that have begun keep their pace. */
  setSpeed(speed: number): void;
};

/** A clock that shows the time of the wall now, and runs at a speed. */
export function createChangingClock(atFirst: number): ChangingClock {
  let speed = atFirst;
  let since = { world: Date.now(), wall: performance.now() };
  const now = () => since.world + (performance.now() - since.wall) * speed;
  return {
    now,
    setSpeed: (next) => {
      since = { world: now(), wall: performance.now() };
      speed = next;
    },
    sleep: async (ms, signal) => {
      await sleepOnTheWall(Math.max(0, ms / speed), undefined, signal ? { signal } : {});
    },
    pause: async (ms) => {
      await sleepOnTheWall(ms);
    },
    timeLimit: (ms) => {
      const limit = new AbortController();
      const timer = setTimeout(() => limit.abort(), ms);
      return { signal: limit.signal, cancel: () => clearTimeout(timer) };
    },
  };
}
