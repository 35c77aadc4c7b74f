import type { Contender, Name } from "./contenders/contender.mts";
import type { Figures } from "./figures.mts";
import { type Prepared, prepareGround } from "./ground.mts";
import { lowerBoundSeconds } from "./lower-bound.mts";
import { answerSeconds, effortOf, lagOf, makespanSeconds, ticksOf } from "./measure.mts";
import { CALM_SPEED } from "./plan.mts";
import type { Exchange } from "./wire-tap.mts";

/** A contender whose machines run: what was measured so far, and the way on. */
export interface Standing {
  readonly name: Name;
  readonly contender: Contender;
  /** Gives the machines back and answers all figures. The others were measured meanwhile. */
  finish(others: Pick<Figures, "previewRatio" | "liveKb" | "sdkLiveKb">): Promise<Figures>;
  stop(): Promise<void>;
}

/** Brings up the machines of one contender on a ground of its own, and looks at them again. */
export async function bringUp(
  name: Name,
  create: (ground: Prepared) => Promise<Contender>,
  count: number,
  speed: number,
): Promise<Standing> {
  const ground = await prepareGround(count, speed);
  try {
    const contender = await create(ground);
    const during = async <T,>(work: () => Promise<T>): Promise<[result: T, exchanges: Exchange[]]> => {
      const before = ground.tap.exchanges.length;
      const result = await work();
      return [result, ground.tap.exchanges.slice(before)];
    };
    const [peakKb, ups] = await during(contender.up);
    const rented = ground.world.contracts();
    ground.setSpeed(Math.min(speed, CALM_SPEED));
    const [, refreshes] = await during(contender.refresh);
    return {
      name,
      contender,
      finish: async (others) => {
        const state = (await contender.stateBytes?.()) ?? null;
        const [, destroys] = await during(contender.destroy);
        return {
          contender: name,
          count,
          speed,
          up: effortOf(ups),
          makespanSeconds: makespanSeconds(ups, contender.createsBeginWith),
          boundSeconds: lowerBoundSeconds(count),
          rented: rented.length,
          lag: lagOf(ups, rented, contender.looksByWholeList),
          answerSeconds: answerSeconds(ups),
          ticks: ticksOf(ups),
          refresh: effortOf(refreshes),
          destroy: effortOf(destroys),
          left: ground.world.billedContracts().length,
          state,
          peakKb,
          ...others,
        };
      },
      stop: () => ground.stop(),
    };
  } catch (error) {
    await ground.stop();
    throw error;
  }
}
