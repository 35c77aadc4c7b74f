import type { Client } from "../api/client.js";
import type { WirePriceIncrease } from "../api/price-increases.js";
import type { Clock } from "../clock.js";
import { gather } from "./gather.js";

/** What a refresh may wait for it: it is news beside the state, and not the state. */
const LIMIT_MS = 10_000;

/** What hosts ask for: the proposal for one contract, `none`, or `unknown` when that could not be read. */
export type PriceIncreases = (
  contractId: number,
  signal?: AbortSignal,
) => Promise<WirePriceIncrease | "none" | "unknown">;

/** Makes the look at the proposals: one list call for all who ask together. Fails only when the asker's signal is aborted. */
export function createPriceIncreases(client: Client, clock: Clock): PriceIncreases {
  const listed = gather<void, Awaited<ReturnType<Client["priceIncreases"]["list"]>>>(clock, async () => {
    const limit = clock.timeLimit(LIMIT_MS);
    try {
      return await client.priceIncreases.list(limit.signal);
    } catch {
      // Nobody has recorded this route: whatever it answers must not stand in the way of a refresh.
      return { rows: [], isWhole: false };
    } finally {
      limit.cancel();
    }
  });
  return async (contractId, signal) => {
    const { rows, isWhole } = await listed(undefined, signal);
    return rows.find((row) => row.contract_id === contractId) ?? (isWhole ? "none" : "unknown");
  };
}
