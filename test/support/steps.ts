import type { CheckFailure, DynamicProvider } from "../../provider/engine/lifecycle.js";
import type { Bag } from "../../provider/engine/values.js";
import { HANDLER, type TestWorld } from "./harness.js";

/** A resource as the engine keeps it. */
export interface Kept {
  readonly id: string;
  readonly outs: Bag;
}

/** check and create, as the engine does for a new resource. */
export async function created(provider: DynamicProvider, inputs: Bag): Promise<Kept> {
  return provider.create(await checked(provider, {}, inputs));
}

/** What check has to say against inputs. */
export async function failuresOf(provider: DynamicProvider, inputs: Bag): Promise<CheckFailure[]> {
  return (await provider.check({}, { ...inputs, __provider: HANDLER })).failures;
}

/** check and diff against what is in the state: what the engine would do. */
export async function plan(
  provider: DynamicProvider,
  { id, outs }: Kept,
  inputs: Bag,
): Promise<"same" | "update" | "replace"> {
  const { changes, replaces } = await provider.diff(id, outs, await checked(provider, outs, inputs));
  if (replaces.length > 0) return "replace";
  return changes ? "update" : "same";
}

/** check, diff and update, as the engine does for changed inputs. Throws when it would do anything else. */
export async function updated(provider: DynamicProvider, kept: Kept, inputs: Bag): Promise<Kept> {
  const planned = await plan(provider, kept, inputs);
  if (planned !== "update") throw new Error(`expected an update, and the plan is: ${planned}`);
  const { outs } = await provider.update(kept.id, kept.outs, await checked(provider, kept.outs, inputs));
  return { id: kept.id, outs };
}

/** What a refresh makes of a resource; undefined when it is gone. */
export async function refreshed(provider: DynamicProvider, { id, outs }: Kept): Promise<Kept | undefined> {
  const { id: found, props } = await provider.read(id, outs);
  return found === undefined ? undefined : { id: found, outs: props ?? {} };
}

async function checked(provider: DynamicProvider, olds: Bag, inputs: Bag): Promise<Bag> {
  const { inputs: complete, failures } = await provider.check(olds, { ...inputs, __provider: HANDLER });
  if (failures.length > 0) throw new Error(JSON.stringify(failures));
  return { ...complete, __provider: HANDLER };
}

/** Rents an offer as somebody does by hand, or a run that nobody knows of any more. Answers the contract's id. */
export async function rentedByHand(
  t: TestWorld,
  label: string,
  offerId = t.world.offers()[0]?.id ?? 0,
): Promise<number> {
  const body = { client_id: "me", image: "ubuntu:22.04", disk: 10, env: {}, target_state: "running" } as const;
  return (await t.process().account.client.instances.rent(offerId, { ...body, label, cancel_unavail: true })).id;
}
