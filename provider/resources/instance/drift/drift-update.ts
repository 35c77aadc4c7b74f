// What an update does about drift, and leaves behind of it.
import type { WireInstance } from "../../../api/instance-row.js";
import type { Operation } from "../../../engine/lifecycle.js";
import type { Bag } from "../../../engine/values.js";
import type { InstanceInputs } from "../inputs.js";
import { type DriftName, driftOf } from "./drift.js";
import { type Decision, type DriftAction, decide, driftOutputs, knownDrift } from "./drift-actions.js";

const OF_PRICE: readonly DriftName[] = ["priceRaised", "priceIncreasePending"];

/** What is to be done by the row of this moment: what the state knows may be over. */
export function decideNow(row: WireInstance, before: Bag, wanted: InstanceInputs, now: number): Decision[] {
  return decide(driftOf(row, asWanted(before, wanted), now), row, before, wanted, now);
}

export function does(decisions: readonly Decision[], wanted: DriftAction): boolean {
  return decisions.some(({ action }) => action === wanted);
}

/** Says what stays as it is and no preview has said. */
export function tellWhatStays(decisions: readonly Decision[], before: Bag, operation: Operation): void {
  const known = knownDrift(before);
  for (const { drift, action, plan } of decisions) {
    const { name, tells, remedy } = drift;
    if (action === "replace")
      operation.warn(`${tells} As \`onDrift.${name}\` says, the next \`pulumi up\` replaces it.`);
    else if (action === "ignore" && (plan !== undefined || !known.has(name))) {
      operation.warn(`${tells} ${plan ?? remedy}`);
    }
  }
}

/**
 * The state to bring the contract to. What somebody stopped is started only when a preview has shown it: because the program says another state than
 * before, or by `onDrift`; or when its create goes on. What has reached its end cannot be started.
 */
export function targetFor(
  row: WireInstance,
  before: Bag,
  wanted: InstanceInputs,
  decisions: readonly Decision[],
): InstanceInputs["targetState"] {
  if (wanted.targetState === "stopped" || headingOf(row) !== "stopped") return wanted.targetState;
  const isShown = before.targetState !== wanted.targetState || does(decisions, "start");
  const isOver = decisions.some(({ drift }) => drift.name === "lifetimeEnded");
  return (isShown || !wasUp(before)) && !isOver ? "running" : "stopped";
}

/** Whether the container begins to run again by what is done. */
export function startsAnew(decisions: readonly Decision[]): boolean {
  return (["start", "restart", "raiseBid"] as const).some((action) => does(decisions, action));
}

/** What the contract is on its way to. */
export function headingOf(row: WireInstance): string | undefined {
  return row.intended_status ?? row.cur_state ?? undefined;
}

/** It does not run for a reason that the user knows and leaves as it is: nothing is waited for. */
export function isKnownDown(decisions: readonly Decision[], before: Bag): boolean {
  const known = knownDrift(before);
  return decisions.some(
    ({ drift: { name }, action }) =>
      known.has(name) && !OF_PRICE.includes(name) && (action === "ignore" || action === "replace"),
  );
}

/** The outputs that tell what is still so after the update. What it has acted on is on its way to be over. */
export function driftAfter(
  row: WireInstance,
  before: Bag,
  wanted: InstanceInputs,
  decisions: readonly Decision[],
  now: number,
): Bag {
  const acted = decisions.flatMap(({ drift, action }) =>
    action === "ignore" || action === "replace" ? [] : drift.name,
  );
  const found = driftOf(row, asWanted(before, wanted), now).map(({ name }) => name);
  // Only a refresh asks for the proposals of hosts.
  const proposed: DriftName[] = knownDrift(before).has("priceIncreasePending") ? ["priceIncreasePending"] : [];
  return driftOutputs([...found.filter((name) => !acted.includes(name)), ...proposed], before, now);
}

/** Whether it should run is for the program of now to say. */
function asWanted(before: Bag, { targetState }: InstanceInputs): Bag {
  return { ...before, targetState };
}

function wasUp(before: Bag): boolean {
  return before.rentedDollarsPerHour !== undefined;
}
