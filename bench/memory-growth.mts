import type { Figures } from "./figures.mts";

/** With few machines the code that the first ones bring in shows more than what each machine holds. */
export const FEW = 20;

/**
 * Kilobytes that the process of the provider (or of one that does nothing: `sdkLiveKb`) holds more than with a few machines, for each further
 * one; null when not measured.
 */
export function memoryGrowthKb(
  figures: Figures,
  all: readonly Figures[],
  held: "liveKb" | "sdkLiveKb" = "liveKb",
): number | null {
  const few = all.find(({ contender, count }) => contender === figures.contender && count === FEW)?.[held];
  const many = figures[held];
  if (figures.count <= FEW || many === null || typeof few !== "number") return null;
  return (many - few) / (figures.count - FEW);
}
