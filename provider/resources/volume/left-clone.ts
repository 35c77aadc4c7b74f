import type { WireVolume } from "../../api/volumes.js";
import { NothingRentedError } from "../../errors.js";
import { durationText } from "../../wait.js";
import { SIZE_TOLERANCE_GB } from "./changes.js";
import { isUnnamed } from "./own-volumes.js";
import type { RentContext } from "./rent.js";

/** A run that was cut off is mostly repeated soon; a volume that has stood for longer is somebody's. */
const FRESH_MS = 3_600_000;

/**
 * Refuses to clone beside a young volume that may be the clone of a run which was cut off: a clone carries no mark, so only its size, its
 * youth and that it has no name tell it. One that has stood for longer is pointed at. `machineId` is where the new clone would be.
 */
export function refuseBesideLeftClone(context: RentContext, machineId: number | null | undefined): void {
  const { account, view, before, sizeGb, operation } = context;
  const now = account.clock.now();
  const ageMs = ({ start_date: start }: WireVolume) => (typeof start === "number" ? now - start * 1000 : 0);
  const alike = before.filter(
    (row) =>
      !view.idsInState.has(row.id) &&
      isUnnamed(row.id, row.label) &&
      Math.abs((row.disk_space ?? sizeGb) - sizeGb) <= SIZE_TOLERANCE_GB,
  );
  const young = alike.find((row) => ageMs(row) < FRESH_MS);
  if (young) throw refuse(young, durationText(ageMs(young)), sizeGb);
  const ids = alike.filter((row) => row.machine_id === machineId).map(({ id }) => id);
  if (ids.length === 0) return;
  operation.warn(
    `Machine ${machineId} has unnamed volumes of ${sizeGb} GB already: ${ids.join(", ")}. If one is the clone of a run that was cut off, cancel and set \`adoptVolumeId\`; it is billed.`,
  );
}

function refuse({ id, machine_id: machineId, storage_total_cost: price }: WireVolume, age: string, sizeGb: number) {
  return new NothingRentedError(
    "maybe_left_behind",
    `Vast has volume ${id} without a name, of ${sizeGb} GB, on machine ${machineId ?? "unknown"}, for ${age}, which no state shown to this run has: it may be the ` +
      "clone of a run that was cut off, and Vast cannot name clones. Nothing was rented; " +
      `that volume is billed (${price ?? "?"} $/h). If it is that clone, set \`adoptVolumeId: ${id}\` in the place of \`cloneOf\`, or delete it with ` +
      `\`vastai delete volume ${id}\`, and run again. If it is another, ask for another size (\`sizeGb: ${sizeGb + 2 * SIZE_TOLERANCE_GB}\`), or run again an hour later.`,
  );
}
