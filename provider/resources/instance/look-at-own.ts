import type { Account } from "../../account/account.js";
import type { WireInstance } from "../../api/instance-row.js";
import type { Bag } from "../../engine/values.js";
import { VastError } from "../../errors.js";
import { lookWhileYoung } from "./read-back.js";

/** The instance as it is now. Throws when it does not exist any more. */
export async function lookAtOwn(account: Account, id: number, before: Bag, signal: AbortSignal): Promise<WireInstance> {
  const row = await lookWhileYoung(account, id, before, signal);
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
