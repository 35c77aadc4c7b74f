import { z } from "zod";
import type { Endpoint, Send } from "./endpoint.js";
import { looseFlag, looseNumber, wireId } from "./wire-types.js";

/**
 * What a host asks for from the end of a contract's present term on. Prices in $/s, of GPUs per GPU, of disks per GB; bandwidth in $/GB; the
 * fee as a fraction. A new price that is null stays as it is. Times in epoch seconds. Never recorded: after the words of the official client.
 */
export const WirePriceIncrease = z.looseObject({
  pending_price_increase_id: wireId,
  contract_id: wireId,
  old_gpu_costpersec: looseNumber,
  new_gpu_costpersec: looseNumber,
  old_disk_ram_costpersec: looseNumber,
  new_disk_ram_costpersec: looseNumber,
  old_bwu_cost: looseNumber,
  new_bwu_cost: looseNumber,
  old_bwd_cost: looseNumber,
  new_bwd_cost: looseNumber,
  old_platform_fee: looseNumber,
  new_platform_fee: looseNumber,
  contract_end_date: looseNumber,
  ask_end_date: looseNumber,
});
/** One proposal of a host on the wire. */
export type WirePriceIncrease = z.infer<typeof WirePriceIncrease>;

const ListAnswer = z.looseObject({ pending_price_increases: z.array(WirePriceIncrease), truncated: looseFlag });

export const priceIncreaseEndpoints = {
  list: {
    method: "GET",
    path: "/api/v0/instances/pending-price-increases/",
    effect: "read",
    minIntervalSeconds: 2,
    answer: ListAnswer,
  },
} satisfies Record<string, Endpoint>;

/** Calls about proposals of higher prices. All of them can throw ApiError, ConnectionError, WireFormatError and CancelledError. */
export function priceIncreasesApi(send: Send) {
  return {
    /** Every proposal that waits for the renter's answer; `isWhole` is false when the server cut the list off. */
    list: async (signal?: AbortSignal): Promise<{ rows: WirePriceIncrease[]; isWhole: boolean }> => {
      const answer = await send(priceIncreaseEndpoints.list, { signal });
      return { rows: answer.pending_price_increases, isWhole: answer.truncated !== true };
    },
  };
}
export type PriceIncreasesApi = ReturnType<typeof priceIncreasesApi>;
