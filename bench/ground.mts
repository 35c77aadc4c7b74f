import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Simulator, startSimulator } from "pulumi-vastai/simulator";
import { createChangingClock } from "./changing-clock.mts";
import type { Ground } from "./contenders/contender.mts";
import { bootSeconds } from "./lower-bound.mts";
import { startWireTap, type WireTap } from "./wire-tap.mts";

export interface Prepared extends Ground {
  readonly world: Simulator["world"];
  readonly tap: WireTap;
  /** From now on the world and everybody in it runs at this speed. */
  setSpeed(speed: number): void;
  stop(): Promise<void>;
}

/** Makes a pretend Vast.ai with enough machines of one kind, whose boots take what `bootSeconds` says. */
export async function prepareGround(count: number, speed: number): Promise<Prepared> {
  const clock = createChangingClock(speed);
  const simulator = await startSimulator({ speed, clock, offers: 0 });
  const { world } = simulator;
  for (let i = 0; i < count * 1.2 + 10; i += 1) world.addOffer({ dph_base: 0.3 + i / 1000 });
  world.settings.openingCredit = 1_000_000;
  // The story told last is the first to be taken, and each is for one contract.
  for (let k = count - 1; k >= 0; k -= 1) {
    world.tell({ image: "*", times: 1, story: { boots: { afterMinutes: bootSeconds(k) / 60 } } });
  }
  const tap = await startWireTap(simulator.url, () => world.now());
  const folder = mkdtempSync(join(tmpdir(), "pulumi-vastai-bench-"));
  let current = speed;
  return {
    url: tap.url,
    get speed() {
      return current;
    },
    folder,
    count,
    world,
    tap,
    setSpeed: (next) => {
      current = next;
      clock.setSpeed(next);
    },
    stop: async () => {
      await tap.stop();
      await simulator.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
