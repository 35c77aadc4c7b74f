import type { WireVolume } from "../../api/volumes.js";
import { NothingRentedError, VastError } from "../../errors.js";
import { SIZE_TOLERANCE_GB } from "./changes.js";
import type { VolumeInputs } from "./inputs.js";
import { isMarkedName, type VolumeView } from "./own-volumes.js";

/** The volume that the program takes over by its id, when it is what the program fixes. */
export function adopt(view: VolumeView, inputs: VolumeInputs, before: readonly WireVolume[]): WireVolume {
  const id = inputs.adoptVolumeId ?? 0;
  const fail = (code: string, what: string, remedy: string) =>
    new VastError(code, `${what} Nothing was changed. ${remedy}`);
  if (view.idsInState.has(id)) {
    throw fail(
      "adopt_in_state",
      `adoptVolumeId is ${id}, which is in this stack already: a replacement that adopted it would delete it with the old one.`,
      "Take `adoptVolumeId` out of the program.",
    );
  }
  const row = before.find((volume) => volume.id === id);
  if (!row)
    throw fail(
      "no_such_volume",
      `adoptVolumeId is ${id}, and there is no such volume in this account.`,
      "Correct the id, or leave it out to rent.",
    );
  const [difference] = mismatches(row, inputs, inputs.machineId);
  if (!difference) return row;
  throw fail(
    "adopt_mismatch",
    `Volume ${id} ${difference.is}, and the program says ${difference.wanted}: the next change would replace it and lose its data.`,
    `Set \`${difference.set}\`, or leave that input out.`,
  );
}

/**
 * What an earlier create of this resource left behind. A name that only this provider makes is taken over; one that the program chose
 * may be anybody's, so it is refused and named.
 */
export function findLeftOver(
  view: VolumeView,
  inputs: VolumeInputs,
  before: readonly WireVolume[],
  machineId: number | undefined,
): WireVolume | undefined {
  const strangers = before.filter(({ id }) => !view.idsInState.has(id));
  const elsewhere = (row: WireVolume) => machineId !== undefined && row.machine_id !== machineId;
  const found =
    inputs.name === undefined
      ? strangers.find(({ label }) => isMarkedName(label, inputs.ownerToken ?? ""))
      : strangers.find((row) => row.label === inputs.name && !elsewhere(row));
  if (!found) return undefined;
  const [difference] = mismatches(found, inputs, machineId);
  if (inputs.name === undefined && !difference) return found;
  const why = difference ? `; it ${difference.is}, and the program says ${difference.wanted}` : "";
  throw new NothingRentedError(
    "already_rented",
    `Vast has volume ${found.id} named "${found.label}" on machine ${found.machine_id ?? "unknown"}, which no state shown to this run has${why}. ` +
      `Nothing was rented; that volume is billed (${found.storage_total_cost ?? "?"} $/h). Set \`adoptVolumeId: ${found.id}\` to take it over as it is, ` +
      `give another \`name\`, or delete it with all its data by \`vastai delete volume ${found.id}\`, and run again.`,
  );
}

interface Mismatch {
  readonly is: string;
  readonly wanted: string;
  readonly set: string;
}

/** Where a volume that exists differs from what the program fixes. */
function mismatches(row: WireVolume, { sizeGb, name }: VolumeInputs, machineId: number | undefined): Mismatch[] {
  const { disk_space: size, label, machine_id: machine } = row;
  const found: Mismatch[] = [];
  if (typeof size === "number" && sizeGb !== undefined && Math.abs(size - sizeGb) > SIZE_TOLERANCE_GB)
    found.push({ is: `has ${size} GB`, wanted: `${sizeGb} GB`, set: `sizeGb: ${size}` });
  if (typeof machine === "number" && machineId !== undefined && machine !== machineId)
    found.push({ is: `is on machine ${machine}`, wanted: `machine ${machineId}`, set: `machineId: ${machine}` });
  if (label && name !== undefined && label !== name)
    found.push({ is: `is named "${label}"`, wanted: `"${name}"`, set: `name: "${label}"` });
  return found;
}
