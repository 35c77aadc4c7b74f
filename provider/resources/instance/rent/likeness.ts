import type { WireInstance } from "../../../api/instance-row.js";
import { misfit } from "../../../offer/recheck.js";
import type { InstanceInputs } from "../inputs.js";

/** Why a contract is not of the kind that the program would rent, whatever it costs; undefined when it is, as far as its row tells. */
export function unlike(row: WireInstance, { offer = {}, rentalType }: InstanceInputs): string | undefined {
  const isBid = rentalType === "interruptible";
  if (typeof row.is_bid === "boolean" && row.is_bid !== isBid)
    return isBid ? "it is rented on demand, and the program bids" : "it is a bid, and the program wants none";
  return misfit(row, offer);
}
