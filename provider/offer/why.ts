import type { OffersApi, WireOffer } from "../api/offers.js";
import { describeQuery } from "./describe.js";
import { gpuNameHints } from "./gpu-names.js";
import { apart, bestPair, pricesOf, ruledOut, withoutAll } from "./left-out.js";
import { PAGE_SIZE } from "./paging.js";
import type { OfferQuery } from "./query.js";
import { type Requirement, type RequirementText, requirementsOf } from "./requirement.js";
import { toSearch, type WantedOffer } from "./search.js";

/** What becomes of a search when one thing is not asked for. */
export interface LeftOut extends RequirementText {
  /** How many offers fit without it. */
  readonly fitting: number;
  /** Whether more than these may fit. */
  readonly orMore: boolean;
  /** $/h of the cheapest of them, with the wanted disk. */
  readonly cheapestDollarsPerHour?: number;
  /** How many of the offers of `sample` it rules out by itself; absent for what the sample was chosen by. */
  readonly rulesOut?: number;
}

/** Why few offers or none fit. */
export interface WhyNothingFits {
  /** Each requirement, the one that costs the most offers first. */
  readonly leftOut: readonly LeftOut[];
  /** Two requirements that together shut out offers, when no single one does. */
  readonly together?: {
    readonly both: readonly [RequirementText, RequirementText];
    readonly fitting: number;
    readonly orMore: boolean;
  };
  /** The offers that were looked at for everything at once: the cheapest of `of`, which is absent where that is the whole market. */
  readonly sample: { readonly of: string | undefined; readonly offers: number; readonly orMore: boolean };
  /** Names on the market that a wanted GPU name may stand for, when it is none of them. */
  readonly gpuNames: readonly string[];
}

/** The most searches: each has to wait three seconds for its turn. */
const MOST_CALLS = 7;
/** What people hold on to. The first search keeps these, so that its page is not filled by cards that nobody asked for. */
const HELD: ReadonlySet<string> = new Set(["gpuName", "gpuCount", "machineId", "hostId", "clusterId"]);

/** What one search told of the requirements that it left out. */
interface Evidence {
  readonly prices: Map<number, number>;
  isWhole: boolean;
}

/**
 * Counts the offers that fit when each requirement alone is left out. One search leaves out all but the GPU, and what its answer tells is
 * counted here; where that is more than one page, the requirement that rules out the most is searched for apart from the rest, and so on, up to
 * `mostCalls` searches (default 7, three seconds apart). With fewer, counts are lower bounds (`orMore`).
 */
export async function whyNothingFits(
  search: OffersApi["search"],
  wanted: WantedOffer,
  signal?: AbortSignal,
  mostCalls = MOST_CALLS,
): Promise<WhyNothingFits> {
  const requirements = requirementsOf(wanted);
  const evidence = new Map(
    requirements.map((each): [Requirement, Evidence] => [each, { prices: new Map(), isWhole: false }]),
  );
  const loose = requirements.filter(({ key }) => !HELD.has(key));
  const held = requirements.filter(({ key }) => HELD.has(key));
  const queue: Requirement[][] = [loose, ...held.map((each) => [each])];
  let sample: { readonly offers: readonly WireOffer[]; readonly isWhole: boolean } | undefined;
  for (let call = 0; call < mostCalls; call += 1) {
    const group = queue.shift();
    if (group === undefined) break;
    const body = toSearch({ ...withoutAll(wanted, group), orderBy: undefined });
    const offers = await search({ ...body, limit: PAGE_SIZE }, signal);
    const isWhole = offers.length < PAGE_SIZE;
    sample ??= { offers, isWhole };
    for (const each of group) {
      const found = evidence.get(each);
      for (const [id, price] of pricesOf(offers, each.without(wanted))) found?.prices.set(id, price);
      if (found && isWhole) found.isWhole = true;
    }
    if (!isWhole && group.length > 1) queue.push(...apart(group, offers, wanted, requirements));
  }
  const { offers, isWhole } = sample ?? { offers: [], isWhole: false };
  const leftOut = requirements
    .map((each): LeftOut => {
      const { prices, isWhole: isExact } = evidence.get(each) ?? { prices: new Map<number, number>(), isWhole: false };
      return {
        ...textOf(each),
        fitting: prices.size,
        orMore: !isExact,
        ...(prices.size > 0 ? { cheapestDollarsPerHour: Math.min(...prices.values()) } : {}),
        ...(loose.includes(each) ? { rulesOut: ruledOut(each, offers, wanted, requirements) } : {}),
      };
    })
    .sort((a, b) => b.fitting - a.fitting || (b.rulesOut ?? 0) - (a.rulesOut ?? 0));
  const pair = leftOut.some(({ fitting }) => fitting > 0) ? undefined : bestPair(offers, wanted, loose);
  return {
    leftOut,
    ...(pair
      ? { together: { both: [textOf(pair.both[0]), textOf(pair.both[1])], fitting: pair.fitting, orMore: !isWhole } }
      : {}),
    sample: { of: heldText(wanted.query), offers: offers.length, orMore: !isWhole },
    gpuNames: [wanted.query.gpuName ?? []]
      .flat()
      .flatMap((name) => (typeof name === "string" ? gpuNameHints(name) : [])),
  };
}

function heldText(query: OfferQuery): string | undefined {
  const kept = Object.fromEntries(Object.entries(query).filter(([key]) => HELD.has(key)));
  return Object.keys(kept).length === 0 ? undefined : describeQuery(kept);
}

function textOf({ key, text, from }: Requirement): RequirementText {
  return { key, text, from };
}
