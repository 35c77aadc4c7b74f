import type { Account } from "../../provider/account/account.js";
import { holdsUnknown } from "../../provider/engine/values.js";
import {
  type Estimate,
  estimateInstances,
  estimateVolumes,
  type InstanceWish,
  type VolumeWish,
  volumeWithoutMarket,
  withoutMarket,
} from "../../provider/offer/estimate.js";
import { rememberedSearch } from "../../provider/offer/remembered.js";
import { instanceWish, volumeWish } from "../../provider/wishes.js";
import type { PlannedChange } from "./changes.js";
import type { Price } from "./price.js";

/** Where prices of what is yet to be rented come from; undefined when nobody may be asked. */
export type Market = Account | undefined;

/** For how long the market is asked: a search takes seconds, and many different ones are paced. */
const LIMIT_MS = 120_000;
const OFFLINE = "the market was not asked (--offline)";

/** A price for everything that is to be rented: one search for all that ask for the same. Never throws. */
export async function marketPrices(
  changes: readonly PlannedChange[],
  market: Market,
): Promise<ReadonlyMap<PlannedChange, Price>> {
  const limit = market?.clock.timeLimit(LIMIT_MS);
  const rented = changes.filter(({ change }) => change === "new" || change === "replaced");
  const instances = rented.filter(({ kind }) => kind === "Instance");
  const volumes = rented.filter(({ kind }) => kind === "Volume");
  try {
    const ofInstances = await priced(
      instances,
      ({ wanted }) => instanceWish(wanted?.inputs ?? {}, (volumeId) => machineOfVolume(changes, volumeId)),
      (wishes: InstanceWish[]) =>
        market
          ? estimateInstances(rememberedSearch(market), wishes, limit?.signal)
          : wishes.map((wish) => withoutMarket(wish, OFFLINE)),
    );
    const ofVolumes = await priced(
      volumes,
      (change) => volumeWish(change.wanted?.inputs ?? {}, (id) => machineOfInstance(changes, change, id, ofInstances)),
      (wishes: VolumeWish[]) =>
        market
          ? estimateVolumes(market.client.volumes.search, wishes, limit?.signal)
          : wishes.map((wish) => volumeWithoutMarket(wish, OFFLINE)),
    );
    return new Map([...ofInstances, ...ofVolumes].map(([change, estimate]) => [change, priceOf(estimate)]));
  } finally {
    limit?.cancel();
  }
}

/** Splits off what cannot be searched for, and has the rest estimated together. */
async function priced<Wish extends object>(
  changes: readonly PlannedChange[],
  wishOf: (change: PlannedChange) => Wish | Exclude<Estimate, { is: "price" }>,
  estimate: (wishes: Wish[]) => Promise<Estimate[]> | Estimate[],
): Promise<Map<PlannedChange, Estimate>> {
  const estimates = new Map<PlannedChange, Estimate>();
  const searched: { change: PlannedChange; wish: Wish }[] = [];
  for (const change of changes) {
    const wish = wishOf(change);
    if ("is" in wish) estimates.set(change, wish);
    else searched.push({ change, wish });
  }
  const found = await estimate(searched.map(({ wish }) => wish));
  for (const [i, { change }] of searched.entries()) estimates.set(change, found[i] as Estimate);
  return estimates;
}

function machineOfVolume(changes: readonly PlannedChange[], volumeId: number): number | undefined {
  return machineOf(changes.find(({ kind, now }) => kind === "Volume" && now?.outputs.volumeId === volumeId));
}

/** The machine of an instance that exists, or the one that an instance would be rented on now. */
function machineOfInstance(
  changes: readonly PlannedChange[],
  volume: PlannedChange,
  id: unknown,
  estimates: ReadonlyMap<PlannedChange, Estimate>,
): number | undefined {
  const instances = changes.filter(({ kind }) => kind === "Instance");
  if (!holdsUnknown(id)) return machineOf(instances.find(({ now }) => now?.outputs.instanceId === id));
  const [urn, ...others] = volume.wanted?.propertyDependencies.onMachineOf ?? [];
  const instance = others.length === 0 ? instances.find((each) => each.urn === urn) : undefined;
  const estimate = instance && estimates.get(instance);
  if (estimate === undefined) return machineOf(instance);
  return estimate.is === "price" ? (estimate.machineId ?? undefined) : undefined;
}

function machineOf(change: PlannedChange | undefined): number | undefined {
  const machineId = change?.now?.outputs.machineId;
  return typeof machineId === "number" ? machineId : undefined;
}

function priceOf(estimate: Estimate): Price {
  if (estimate.is === "unknown") return { ...estimate, dollarsPerHour: 0 };
  const { dollarsPerHour, because } = estimate;
  return { is: estimate.is === "price" ? "estimate" : "cap", dollarsPerHour, because };
}
