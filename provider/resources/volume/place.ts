import type { Account } from "../../account/account.js";
import type { Operation } from "../../engine/lifecycle.js";
import { NothingRentedError } from "../../errors.js";
import { describeVolumeQuery } from "../../offer/volume-query.js";
import {
  findVolumeOffer,
  searchVolumeOffers,
  type VolumeCandidate,
  volumeDollarsPerMonth,
} from "../../offer/volume-search.js";
import type { VolumeInputs } from "./inputs.js";

/** One place where the volume can be rented. What is null is not known. */
export interface Place {
  readonly offerId: number;
  readonly machineId: number | null;
  readonly dollarsPerHour: number | null;
}

/** The machine on which the program wants the volume; undefined when the market decides. */
export async function wantedMachine(
  account: Account,
  { machineId, onMachineOf }: Pick<VolumeInputs, "machineId" | "onMachineOf">,
  signal: AbortSignal,
): Promise<number | undefined> {
  if (onMachineOf === undefined) return machineId;
  const row = await account.look(onMachineOf, signal);
  if (typeof row?.machine_id === "number") return row.machine_id;
  throw new NothingRentedError(
    "no_machine",
    `onMachineOf is ${onMachineOf}, and ${row ? "Vast does not tell the machine of that instance" : "there is no such instance in this account"}. ` +
      "No volume was rented and nothing is billed for it. Correct the id, or say where with `machineId`.",
  );
}

/** Where the volume can be rented, best first; never empty. */
export async function findPlaces(
  account: Account,
  inputs: VolumeInputs,
  sizeGb: number,
  machineId: number | undefined,
  operation: Operation,
): Promise<readonly Place[]> {
  const { search } = account.client.volumes;
  const { offerId, maxDollarsPerMonth: cap } = inputs;
  if (offerId !== undefined) return [await chosenOffer(account, offerId, sizeGb, cap, operation)];
  const chosen = machineId !== undefined;
  const query = chosen ? { machineId } : (inputs.offer ?? {});
  operation.progress(`searching room for ${sizeGb} GB: ${describeVolumeQuery(query)}`);
  // A machine that was chosen is not to be hidden by a filter that nobody asked for.
  const wanted = { query, sizeGb, maxDollarsPerMonth: cap, defaultFilters: inputs.defaultFilters && !chosen };
  const found = await searchVolumeOffers(search, wanted, operation.signal);
  if (found.length > 0) return found;
  const remedy = chosen
    ? "Take a smaller `sizeGb`, raise `maxDollarsPerMonth`, or take another machine."
    : "Loosen `offer`, take a smaller `sizeGb`, raise `maxDollarsPerMonth`, or run again later.";
  throw new NothingRentedError(
    "no_offer",
    `There is no room for a volume of ${sizeGb} GB${capText(cap)} on ${chosen ? `machine ${machineId}` : describeVolumeQuery(query)}. ` +
      `Nothing was rented and nothing is billed for it. ${remedy}`,
  );
}

/** An offer by its id. Searches need not show it (the id of `avail_vol_ask_id` is such a one); then only its price is not known. */
async function chosenOffer(
  account: Account,
  offerId: number,
  sizeGb: number,
  cap: number | undefined,
  { signal }: Operation,
): Promise<Place> {
  const found: VolumeCandidate | undefined = await findVolumeOffer(
    account.client.volumes.search,
    offerId,
    sizeGb,
    signal,
  );
  if (cap === undefined) return found ?? { offerId, machineId: null, dollarsPerHour: null };
  const price = found && volumeDollarsPerMonth(found.dollarsPerHour);
  if (found && price !== undefined && price <= cap) return found;
  const why =
    price === undefined ? "shows no price in the search" : `costs ${price.toFixed(2)} $ a month for ${sizeGb} GB`;
  throw new NothingRentedError(
    "too_dear",
    `Volume offer ${offerId} ${why}, and \`maxDollarsPerMonth\` is ${cap}. Nothing was rented and nothing is billed for it. ` +
      "Raise the cap, leave it out, or take another offer.",
  );
}

function capText(cap: number | undefined): string {
  return cap === undefined ? "" : ` at ${cap} $ a month or less`;
}
