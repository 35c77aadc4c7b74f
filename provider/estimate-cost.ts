import * as pulumi from "@pulumi/pulumi";
import type { CostedBag, HourlyCost } from "./costs.js";
import type { Bag } from "./engine/values.js";
import { messageOf } from "./errors.js";
import { type LookupOptions, lookupAccount } from "./lookup.js";
import { dollarsPerDay, dollarsPerMonth } from "./offer/price.js";
import { Instance, type InstanceArgs } from "./resources/instance/resource.js";
import { Volume } from "./resources/volume/resource.js";

/** What makes the price of instances: the arguments of an `Instance`, as many of them as are known, and how many are meant. */
export interface CostedArgs extends Partial<InstanceArgs> {
  /** How many of these. Default 1. */
  count?: number;
}

/** What {@link estimateCost} adds up: resources, descriptions of instances, or prices in $/h. */
export type Costed = Instance | Volume | CostedArgs | pulumi.Input<number | undefined>;

/** What things cost together, in $ and without traffic. */
export interface CostEstimate {
  /** While all run that are to run. */
  readonly dollarsPerHour: number;
  /** When all instances are stopped: their disks, and volumes. */
  readonly dollarsPerHourStopped: number;
  readonly dollarsPerDay: number;
  /** For an average month of 730 hours. */
  readonly dollarsPerMonth: number;
  /** How many had no price, and are in no sum: nothing on the market fits, it could not be asked, or a value is not known yet. */
  readonly unknown: number;
}

/**
 * What things cost together, known in previews too: what exists has its price, what is yet to be rented that of the best offer of this
 * moment, by the search that renting uses. It needs no key, and what has no price is counted as `unknown` instead of failing the preview.
 * As a stack output it follows the market, so it can differ from run to run.
 *
 * @example
 * ```typescript
 * const cost = vastai.estimateCost([trainer, { offer: { gpuName: "RTX 4090" }, diskGb: 50, count: 3 }]);
 * export const dollarsPerMonth = cost.dollarsPerMonth;
 * ```
 */
export function estimateCost(things: readonly Costed[], opts: LookupOptions = {}): pulumi.Output<CostEstimate> {
  return pulumi.output(estimate(things, opts));
}

async function estimate(things: readonly Costed[], opts: LookupOptions): Promise<CostEstimate> {
  const costs = await costsOf(things, opts);
  const known = costs.filter((cost) => "dollarsPerHour" in cost);
  const reasons = new Set(costs.flatMap((cost) => ("because" in cost && cost.because !== "" ? [cost.because] : [])));
  if (reasons.size > 0) {
    const text = `estimateCost: ${costs.length - known.length} of ${costs.length} have no price and are in no sum: ${[...reasons].join("; ")}.`;
    await pulumi.log.warn(text);
  }
  const dollarsPerHour = known.reduce((sum, cost) => sum + cost.dollarsPerHour, 0);
  return {
    dollarsPerHour,
    dollarsPerHourStopped: known.reduce((sum, cost) => sum + cost.dollarsPerHourStopped, 0),
    dollarsPerDay: dollarsPerDay(dollarsPerHour),
    dollarsPerMonth: dollarsPerMonth(dollarsPerHour),
    unknown: costs.length - known.length,
  };
}

async function costsOf(things: readonly Costed[], opts: LookupOptions): Promise<readonly HourlyCost[]> {
  const bags = (await Promise.all(things.map(bagsOf))).flat();
  try {
    // Loaded on first use, as the account is: schemas cost every program time, and few estimate.
    const { hourlyCosts } = await import("./costs.js");
    return await hourlyCosts(bags, () => lookupAccount(opts));
  } catch (error) {
    const because = messageOf(error).replace(/\.$/, "");
    return bags.map(() => ({ because }));
  }
}

/** A thing as inputs and outputs, as often as it is meant. */
async function bagsOf(thing: Costed): Promise<CostedBag[]> {
  if (thing instanceof Volume) return [{ kind: "Volume", bag: await known(thing) }];
  if (thing instanceof Instance) return [{ kind: "Instance", bag: await known(thing) }];
  if (typeof thing === "object" && !pulumi.Output.isInstance(thing) && !(thing instanceof Promise)) {
    const { count = 1, ...args } = thing;
    const bag = await known(args);
    return Array.from({ length: Math.max(0, Math.floor(count)) }, () => ({ kind: "Instance", bag }));
  }
  return [{ kind: "price", bag: await known({ dollarsPerHour: thing }) }];
}

/** What is known of each property; Pulumi's marker stands for what is not. */
async function known(properties: object): Promise<Bag> {
  const entries = Object.entries(properties).filter(([key, value]) => !key.startsWith("__") && value !== undefined);
  return Object.fromEntries(
    await Promise.all(
      entries.map(async ([key, value]) => {
        // Both are how Pulumi's own SDK asks an output; an apply would never run while the value is unknown.
        const output = pulumi.output(value) as unknown as { isKnown: Promise<boolean>; promise(): Promise<unknown> };
        return [key, (await output.isKnown) ? await output.promise() : pulumi.runtime.unknownValue] as const;
      }),
    ),
  );
}
