import type { WireInstance } from "../../../api/instance-row.js";
import { ApiError, VastError } from "../../../errors.js";
import { money } from "../messages.js";

/** Vast's codes for an account that cannot pay (vast-api.md §2.2); of a start it says it with 400. */
const NO_CREDIT = /^(insufficient_credit|missing_billing)$/;

/** Why a stopped instance could not be started, where it is the account's credit; any other error stays as it is. */
export function startRefused(row: WireInstance, error: unknown): unknown {
  if (!(error instanceof ApiError) || !NO_CREDIT.test(error.code)) return error;
  const disk = row.storage_total_cost;
  return new VastError(
    "insufficient_credit",
    `Vast refuses to start instance ${row.id}: ${error.refusal.said}. It stays stopped and in the stack; its disk is billed on` +
      `${typeof disk === "number" ? `, ${money(disk)}` : ""}, and Vast destroys it in the end if nobody pays. Add credit in Vast's console, then run ` +
      "`pulumi up` again.",
  );
}
