import type { Account } from "../../account/account.js";
import type { WireInstance } from "../../api/instance-row.js";
import type { Operation } from "../../engine/lifecycle.js";
import type { Bag } from "../../engine/values.js";
import { type DriftName, driftOf } from "./drift.js";
import { driftOutputs } from "./drift-actions.js";
import { tokenOf } from "./left-behind.js";
import { priceIncreaseOf } from "./price-increase.js";
import { refreshedOutputs } from "./read-back.js";

/** Drifts that say why a contract is stopped which the program wants to run: that is no change of `targetState`. */
const EXPLAIN_STOP: readonly DriftName[] = ["stopped", "outbid", "lifetimeEnded"];

/** Outputs of an instance that is there, with what happened outside told in words. */
export async function refreshInstance(
  row: WireInstance,
  before: Bag,
  account: Account,
  operation: Operation,
): Promise<Bag> {
  const now = account.clock.now();
  const drifts = driftOf(row, before, now);
  const proposal = await priceIncreaseOf(row, before, account, operation);
  if (proposal) drifts.push(proposal);
  for (const { tells, remedy } of drifts) operation.warn(`${tells} ${remedy}`);

  const isExplained = before.targetState === "running" && drifts.some(({ name }) => EXPLAIN_STOP.includes(name));
  const outputs = {
    ...refreshedOutputs(row, before, tokenOf(before)),
    ...(isExplained ? { targetState: before.targetState } : {}),
  };
  return {
    ...outputs,
    ...driftOutputs(
      drifts.map(({ name }) => name),
      before,
      now,
    ),
  };
}
