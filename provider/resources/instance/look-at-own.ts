import type { Account } from "../../account/account.js";
import type { WireInstance } from "../../api/instance-row.js";
import type { Bag } from "../../engine/values.js";
import { VastError } from "../../errors.js";
import { lookUntil } from "../../wait.js";
import { tooYoungUntil } from "./read-back.js";
import { FRESH_MS } from "./readiness.js";

const LOOK_EVERY_MS = 5_000;

/** The instance as it is now. Throws when it does not exist any more. */
export async function lookAtOwn(account: Account, id: number, before: Bag, signal: AbortSignal): Promise<WireInstance> {
  // Right after the rent, "no such instance" proves nothing: it may be too young to show, also when one answer of a moment ago has shown it.
  const seenAt = account.lastSeenAt(id) ?? Number.NEGATIVE_INFINITY;
  const options = { everyMs: LOOK_EVERY_MS, deadline: Math.max(tooYoungUntil(before), seenAt + FRESH_MS), signal };
  const row = await lookUntil(account.clock, () => account.look(id, signal), options);
  if (!row) throw goneOutside(id);
  return row;
}

/** Why an instance that stands in the state cannot be changed. */
export function goneOutside(id: number): VastError {
  return new VastError(
    "gone",
    `Instance ${id} does not exist any more: somebody destroyed it, or its contract ended. Nothing is billed for it. ` +
      "Run `pulumi up --refresh` to rent a new one.",
  );
}
