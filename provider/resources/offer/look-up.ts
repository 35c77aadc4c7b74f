import type { Account } from "../../account/account.js";
import { VastError } from "../../errors.js";
import { offerPages } from "../../offer/paging.js";
import { rememberedSearch } from "../../offer/remembered.js";
import { searchMarket, toSearch, type WantedOffer } from "../../offer/search.js";
import { type OfferDetails, offerDetails } from "./facts.js";
import { type GetOffersArgs, OffersInputs } from "./inputs.js";

export interface GetOffersResult {
  /** Best first: the cheapest, or by `orderBy`. Empty when nothing fits. */
  readonly offers: readonly OfferDetails[];
  /** How many offers fit, of those that were looked at. */
  readonly fittingCount: number;
  /** Whether all were looked at. When false, more fit, and none of them is better. */
  readonly isCountComplete: boolean;
}

export interface GetGpuNamesArgs {
  /** Count the offers of each name too; up to six calls, three seconds apart. Default false. */
  countOffers?: boolean;
}

export interface GetGpuNamesResult {
  /** Names as `offer.gpuName` takes them, in alphabetical order. */
  readonly gpuNames: readonly string[];
  /** With `countOffers`: how many verified offers of each name can be rented now. A name without any is left out. */
  readonly offerCounts?: Readonly<Record<string, number>>;
  /** With `countOffers`: whether all offers were counted. When false, only the cheapest 384 were. */
  readonly isCountComplete?: boolean;
}

/** Searches the market for {@link GetOffersArgs}; equal searches of this process cost one call a minute. Throws VastError when they mean nothing. */
export async function lookUpOffers(args: GetOffersArgs, account: Account): Promise<GetOffersResult> {
  const { wanted, traffic } = readArgs(args, "getOffers");
  const found = await searchMarket(rememberedSearch(account), wanted);
  return {
    offers: found.candidates.map((candidate) => offerDetails(candidate, traffic)),
    fittingCount: found.fitting,
    isCountComplete: found.isWhole,
  };
}

/** Checks what somebody asks, and turns it into a search. Throws VastError that names what is wrong; nothing was sent. */
export function readArgs(
  args: GetOffersArgs,
  asker: string,
): { readonly wanted: WantedOffer; readonly traffic: OffersInputs["traffic"] } {
  const parsed = OffersInputs.safeParse(args);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map(({ message }) => message).join(" ");
    throw new VastError("invalid_args", `${asker}: ${wrong} Nothing was looked for.`);
  }
  const { offer = {}, limit, rentalType, traffic, ...rest } = parsed.data;
  const bid = rest.bidDollarsPerHour;
  return {
    wanted: {
      ...rest,
      query: offer,
      most: limit,
      rentalType: rentalType ?? (bid === undefined ? "on-demand" : "interruptible"),
    },
    traffic,
  };
}

/** Reads the names of the market for {@link GetGpuNamesArgs}. */
export async function lookUpGpuNames({ countOffers }: GetGpuNamesArgs, account: Account): Promise<GetGpuNamesResult> {
  const gpuNames = [...new Set(await account.client.offers.gpuNames())].sort();
  if (!countOffers) return { gpuNames };
  const { wanted } = readArgs({}, "getGpuNames");
  const offerCounts: Record<string, number> = {};
  let isCountComplete = false;
  for await (const { offers, isLast } of offerPages(rememberedSearch(account), toSearch(wanted))) {
    isCountComplete = isLast;
    for (const { gpu_name: name } of offers) if (name) offerCounts[name] = (offerCounts[name] ?? 0) + 1;
  }
  return { gpuNames, offerCounts, isCountComplete };
}
