import type { Account } from "../../../account/account.js";
import type { WireInstance } from "../../../api/instance-row.js";
import type { WirePriceIncrease } from "../../../api/price-increases.js";
import type { Operation } from "../../../engine/lifecycle.js";
import type { Bag } from "../../../engine/values.js";
import { STORAGE_HOURS_PER_MONTH } from "../../../offer/price.js";
import type { Drift } from "./drift.js";

const SECONDS_PER_HOUR = 3600;

/**
 * What the host of an instance asks for from the end of its contract on, as a drift in words; undefined when it asks for nothing. Bids have no
 * such proposals: they follow the market. Where nobody can tell, what the last refresh knew stays. Never fails but by the signal.
 */
export async function priceIncreaseOf(
  row: WireInstance,
  before: Bag,
  account: Account,
  { signal }: Operation,
): Promise<Drift | undefined> {
  if (row.is_bid) return undefined;
  const proposal = await account.priceIncreases(row.id, signal);
  if (proposal === "none") return undefined;
  if (proposal !== "unknown") return proposed(row.id, proposal);
  const wasPending = Array.isArray(before.drift) && before.drift.includes("priceIncreasePending");
  if (!wasPending) return undefined;
  return {
    name: "priceIncreasePending",
    tells:
      `Instance ${row.id} had a higher price proposed by its host when it was last refreshed, and Vast does not tell now whether that is still ` +
      "so. It runs on at the old price.",
    remedy: "Refresh again later.",
    isOldNews: true,
  };
}

/** Old and new prices in the units of Vast's own offers: GPUs in $/h per GPU, disk in $/GB and month, traffic in $/GB. */
function proposed(id: number, proposal: WirePriceIncrease): Drift {
  const { contract_end_date: endsAt } = proposal;
  const changes = [
    change("", proposal.old_gpu_costpersec, proposal.new_gpu_costpersec, SECONDS_PER_HOUR, "$/h per GPU"),
    change(
      "disk ",
      proposal.old_disk_ram_costpersec,
      proposal.new_disk_ram_costpersec,
      SECONDS_PER_HOUR * STORAGE_HOURS_PER_MONTH,
      "$/GB and month",
    ),
    change("upload ", proposal.old_bwu_cost, proposal.new_bwu_cost, 1, "$/GB"),
    change("download ", proposal.old_bwd_cost, proposal.new_bwd_cost, 1, "$/GB"),
    change("Vast's fee ", proposal.old_platform_fee, proposal.new_platform_fee, 100, "%"),
  ].filter((text) => text !== undefined);
  const end = typeof endsAt === "number" ? new Date(endsAt * 1000).toISOString() : undefined;
  return {
    name: "priceIncreasePending",
    tells:
      `Instance ${id} is to become dearer: its host asks for ${changes.join(", ") || "another price"} from ` +
      `${end ?? "the end of its contract"} on. Until you agree it runs at the old price, and its contract is not prolonged: it stops at that ` +
      "end, and Vast deletes it 48 h later.",
    remedy: `Agree with \`vastai accept price-increase ${id}\`, or replace it before then.`,
  };
}

function change(
  what: string,
  before: number | null | undefined,
  after: number | null | undefined,
  factor: number,
  unit: string,
): string | undefined {
  if (typeof after !== "number") return undefined;
  const text = (price: number) => String(Number((price * factor).toFixed(4)));
  const old = typeof before === "number" ? ` instead of ${text(before)}` : "";
  return `${what}${text(after)}${old} ${unit}`;
}
