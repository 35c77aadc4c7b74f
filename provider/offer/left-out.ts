import type { WireOffer } from "../api/offers.js";
import type { Requirement } from "./requirement.js";
import { suiting, type WantedOffer } from "./search.js";

/** What is wanted, without any of these requirements. */
export function withoutAll(wanted: WantedOffer, requirements: readonly Requirement[]): WantedOffer {
  return requirements.reduce((wish, each) => each.without(wish), wanted);
}

/** The offers that fit a wish, with their prices in $/h. */
export function pricesOf(offers: readonly WireOffer[], wish: WantedOffer): [id: number, dollarsPerHour: number][] {
  return suiting(offers, wish).map(({ offerId, dollarsPerHour }) => [offerId, dollarsPerHour]);
}

/** How many offers fail one requirement, whatever the others say. */
export function ruledOut(
  requirement: Requirement,
  offers: readonly WireOffer[],
  wanted: WantedOffer,
  requirements: readonly Requirement[],
): number {
  const alone = withoutAll(
    wanted,
    requirements.filter((each) => each !== requirement),
  );
  return offers.length - pricesOf(offers, alone).length;
}

/** Splits the requirement that rules out the most from the others: with it in place, a search for those finds little. */
export function apart(
  group: readonly Requirement[],
  offers: readonly WireOffer[],
  wanted: WantedOffer,
  requirements: readonly Requirement[],
): Requirement[][] {
  const strictness = new Map(group.map((each) => [each, ruledOut(each, offers, wanted, requirements)]));
  const [strictest, ...rest] = [...group].sort((a, b) => (strictness.get(b) ?? 0) - (strictness.get(a) ?? 0));
  return strictest === undefined ? [] : [[strictest], rest];
}

/** The two requirements without which the most offers fit; undefined when no two are enough. */
export function bestPair(offers: readonly WireOffer[], wanted: WantedOffer, requirements: readonly Requirement[]) {
  const pairs = requirements.flatMap((a, i) =>
    requirements.slice(i + 1).map((b) => ({
      both: [a, b] as const,
      fitting: pricesOf(offers, withoutAll(wanted, [a, b])).length,
    })),
  );
  const best = pairs.sort((a, b) => b.fitting - a.fitting)[0];
  return best !== undefined && best.fitting > 0 ? best : undefined;
}
