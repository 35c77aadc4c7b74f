// What a preview of many machines costs beside the engine's own floor: the same number of resources of the same kind and size whose check
// and diff do nothing. They are measured in turn, in one run, on this machine: only the ratio means anything.
import type { Contender, Name } from "./contenders/contender.mts";
import { floor } from "./contenders/floor.mts";
import { prepareGround } from "./ground.mts";
import { median } from "./order-statistics.mts";
import type { Standing } from "./round.mts";

/** Preview ÷ floor of each that has a stack: the medians of `rounds`. */
export async function previewRatios(
  standing: readonly Standing[],
  count: number,
  rounds: number,
): Promise<Partial<Record<Name, number>>> {
  const stacks = standing.filter(({ contender }) => contender.previewSeconds !== undefined);
  if (stacks.length === 0 || rounds === 0) return {};
  const ground = await prepareGround(count, 1);
  try {
    const engine = await floor(ground);
    await engine.up();
    const seconds = new Map<Contender, number[]>();
    for (let round = 0; round < rounds; round += 1) {
      for (const contender of [engine, ...stacks.map((stack) => stack.contender)]) {
        const took = (await contender.previewSeconds?.()) ?? Number.NaN;
        seconds.set(contender, [...(seconds.get(contender) ?? []), took]);
      }
    }
    const medianOf = (contender: Contender) => median(seconds.get(contender) ?? []);
    return Object.fromEntries(stacks.map(({ name, contender }) => [name, medianOf(contender) / medianOf(engine)]));
  } finally {
    await ground.stop();
  }
}
