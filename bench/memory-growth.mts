import type { Figures } from "./figures.mts";

/** Kilobytes that the process of the provider holds more than with one machine, for each further one; null when not measured. */
export function memoryGrowthKb({ count, liveKb, contender }: Figures, all: readonly Figures[]): number | null {
  const one = all.find((figures) => figures.contender === contender && figures.count === 1);
  if (count <= 1 || liveKb === null || typeof one?.liveKb !== "number") return null;
  return (liveKb - one.liveKb) / (count - 1);
}
