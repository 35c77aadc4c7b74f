import { type ChangeTable, diffByTable } from "../../engine/diff.js";
import { type Bag, holdsUnknown } from "../../engine/values.js";
import { VastError } from "../../errors.js";
import { onChange, same } from "./changes.js";

/** Output of a volume that no list has shown yet: nothing can have been written to it. */
export const UNCONFIRMED = "unconfirmed";

/** Whether there can be anything to lose. What is inside is not to be seen, so a volume that ever stood holds data. */
export function holdsData(before: Bag): boolean {
  return before[UNCONFIRMED] !== true;
}

/** The inputs for which a volume would be deleted and rented anew, as far as they are known. */
export function replacingInputs(before: Bag, wanted: Bag): string[] {
  const table = onChange as ChangeTable<Record<string, unknown>>;
  const { replaces } = diffByTable(table, same, before, wanted);
  return replaces.filter((key) => !holdsUnknown(wanted[key]));
}

/** Why a replacement is refused, said in the preview. */
export function refuseReplacement(id: string, before: Bag, wanted: Bag, inputs: readonly string[]): VastError {
  const changes = inputs.map((key) => `\`${key}\` from ${shown(before[key])} to ${shown(wanted[key])}`).join(" and ");
  return new VastError(
    "data_loss",
    `Changing ${changes} would delete volume ${id} with all its data and rent another, since Vast cannot change that in place. Nothing was changed; ` +
      "the volume and its data are as they were. Take the change back, or consent with `allowDataLoss: true` (after copying what matters); " +
      "to keep both, leave this resource as it is and add a new one, with `cloneOf` for a copy.",
  );
}

/** Why a delete is refused. */
export function refuseDelete(id: string, before: Bag): VastError {
  const { sizeGb, machineId, dollarsPerHour } = before;
  const price = dollarsPerHour === undefined ? "" : ` at ${dollarsPerHour} $/h`;
  return new VastError(
    "data_loss",
    `Volume ${id} (${sizeGb ?? "?"} GB on machine ${machineId ?? "?"}) was not deleted, because it may hold data and \`allowDataLoss\` is not true in the ` +
      `state. It stays in the stack, its data is untouched, and it is billed${price}. To delete it set \`allowDataLoss: true\`, run \`pulumi up\`, then ` +
      `destroy or remove it again; when it is out of the program already, run \`pulumi config set vastai:allowDataLossOf ${id}\` instead; ` +
      "to keep it outside the stack use `pulumi state delete`.",
  );
}

/** Whether the stack's configuration lets this volume go: `vastai:allowDataLossOf`, ids with commas between. */
export function isLetGo(readConfig: (key: string) => string | undefined, id: string): boolean {
  return (readConfig("vastai:allowDataLossOf") ?? "").split(",").some((text) => text.trim() === id);
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? "nothing";
}
