import type { Account } from "../../../account/account.js";
import type { WireInstance } from "../../../api/instance-row.js";
import type { Operation } from "../../../engine/lifecycle.js";
import type { Bag } from "../../../engine/values.js";
import { refreshedOutputs } from "../read-back.js";
import { tokenOf } from "../stack/left-behind.js";
import { changedOutside } from "./changed-outside.js";
import { type DriftName, driftOf } from "./drift.js";
import { driftOutputs } from "./drift-actions.js";
import { priceIncreaseOf } from "./price-increase.js";

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
  const changes = changedOutside(row, before, outputs);
  if (changes !== undefined) operation.warn(changes);
  return {
    ...outputs,
    ...driftOutputs(
      drifts.map(({ name }) => name),
      before,
      now,
    ),
  };
}

/** What is said of an instance that a refresh takes out of the state: why it ended, as far as its last outputs tell. */
export function goneText(id: string, { expiresAt, endsAt }: Bag, now: number): string {
  const isPast = (time: unknown) => typeof time === "string" && Date.parse(time) <= now;
  const why = isPast(expiresAt)
    ? "its `timeToLiveHours` were over"
    : isPast(endsAt)
      ? "its contract had ended"
      : "somebody destroyed it, or Vast did because the account's credit was used up";
  return `Instance ${id} is gone: ${why}. Nothing is billed for it any more, and its data is lost. The next \`pulumi up\` rents a new one.`;
}
