// What things cost an hour, for programs: what exists by its own price, what is yet to be rented by the market.
import type { Account } from "./account/account.js";
import type { Bag } from "./engine/values.js";
import { holdsUnknown } from "./engine/values.js";
import { type Estimate, estimateInstances, estimateVolumes } from "./offer/estimate.js";
import type { HourlyPrice } from "./offer/price.js";
import { rememberedSearch } from "./offer/remembered.js";
import { instanceWish, madeVolume, volumeWish } from "./wishes.js";

/** Inputs and outputs of one thing together; values that are not known yet stand in it as Pulumi's marker. */
export interface CostedBag {
  /** `price`: only a price in $/h, as `dollarsPerHour`. */
  readonly kind: "Instance" | "Volume" | "price";
  readonly bag: Bag;
}

/** A price, or why there is none; empty when a value is not known yet, which is nobody's fault. */
export type HourlyCost = HourlyPrice | { readonly because: string };

/** For how long the market is asked: a preview is not to hang. */
const LIMIT_MS = 10_000;

/** The price of each thing in the state that it is to have. Never throws for what the market does. */
export async function hourlyCosts(
  things: readonly CostedBag[],
  accountOf: () => Promise<Account>,
): Promise<HourlyCost[]> {
  const costs = things.map(ownCost);
  const open = things.filter((_, i) => costs[i] === undefined);
  if (open.length === 0) return costs.filter((cost) => cost !== undefined);
  const fromMarket = await marketCosts(open, await accountOf());
  return costs.map((cost) => cost ?? (fromMarket.shift() as HourlyCost));
}

/** What a thing says of itself; undefined when the market has to be asked. */
function ownCost({ kind, bag }: CostedBag): HourlyCost | undefined {
  const { dollarsPerHour, dollarsPerHourStopped } = bag;
  if (typeof dollarsPerHour !== "number") {
    if (kind !== "price") return undefined;
    return { because: holdsUnknown(dollarsPerHour) ? "" : "a price that was given is not told" };
  }
  if (kind !== "Instance") return { dollarsPerHour, dollarsPerHourStopped: dollarsPerHour };
  if (typeof dollarsPerHourStopped !== "number") return { because: "its price while stopped is not told" };
  const rest = madeVolume(bag, bag)?.dollarsPerHour ?? 0;
  const stopped = dollarsPerHourStopped + rest;
  return {
    dollarsPerHour: bag.targetState === "stopped" ? stopped : dollarsPerHour + rest,
    dollarsPerHourStopped: stopped,
  };
}

async function marketCosts(things: readonly CostedBag[], account: Account): Promise<HourlyCost[]> {
  const limit = account.clock.timeLimit(LIMIT_MS);
  try {
    const readings = things.map(({ kind, bag }) =>
      kind === "Volume"
        ? { kind, wish: volumeWish(bag, () => undefined) }
        : { kind, wish: instanceWish(bag, () => undefined) },
    );
    const instances = readings.flatMap(({ kind, wish }) => (kind === "Instance" && !("is" in wish) ? [wish] : []));
    const volumes = readings.flatMap(({ kind, wish }) => (kind === "Volume" && !("is" in wish) ? [wish] : []));
    const [ofInstances, ofVolumes] = await Promise.all([
      estimateInstances(rememberedSearch(account), instances, limit.signal),
      estimateVolumes(account.client.volumes.search, volumes, limit.signal),
    ]);
    return readings.map(({ kind, wish }, i) => {
      const isOpen = holdsUnknown(Object.values(things[i]?.bag ?? {}));
      if ("is" in wish) return { because: isOpen ? "" : wish.because };
      return costOf((kind === "Instance" ? ofInstances : ofVolumes).shift() as Estimate);
    });
  } finally {
    limit.cancel();
  }
}

function costOf(estimate: Estimate): HourlyCost {
  if (estimate.is !== "price") return { because: estimate.because };
  const { dollarsPerHour, dollarsPerHourStopped, because } = estimate;
  return dollarsPerHourStopped === undefined
    ? { because: because ?? "its price while stopped is not told" }
    : { dollarsPerHour, dollarsPerHourStopped };
}
