import type { Account } from "../../provider/account/account.js";
import { nearest } from "../../provider/nearest.js";
import { gpuNameOf } from "../../provider/offer/gpu-names.js";
import type { OfferQuery } from "../../provider/offer/query.js";
import type { WhyNothingFits } from "../../provider/offer/why.js";

/**
 * The reasons, with the names of cards on the market that are near to the wanted ones, when there is no such card. One call; a market that
 * does not tell its names takes nothing from the reasons.
 */
export async function withNearNames(why: WhyNothingFits, query: OfferQuery, account: Account): Promise<WhyNothingFits> {
  const wanted = [query.gpuName ?? []].flat().filter((name) => typeof name === "string");
  if (why.sample.offers > 0 || why.gpuNames.length > 0 || wanted.length === 0) return why;
  try {
    const names = await account.client.offers.gpuNames();
    const near = wanted.map(gpuNameOf).flatMap((name) => (names.includes(name) ? [] : (nearest(name, names) ?? [])));
    return { ...why, gpuNames: [...new Set(near)] };
  } catch {
    return why;
  }
}
