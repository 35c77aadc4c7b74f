import type { Account } from "../../../account/account.js";
import { diffByTable } from "../../../engine/diff.js";
import type { Operation } from "../../../engine/lifecycle.js";
import { type Bag, holdsUnknown } from "../../../engine/values.js";
import { CancelledError, messageOf } from "../../../errors.js";
import { removeVolume } from "../../volume/remove.js";
import { onChange, same } from "../changes.js";
import type { InstanceInputs } from "../inputs.js";
import type { StackView } from "../stack/stack-view.js";
import { createdRows, volumeText } from "./created-volumes.js";

/**
 * Takes note of what the program says about the volume that an instance had made, and says in the preview of a replacement what becomes
 * of it: the new instance gets a new one, empty.
 */
export function noteVolumes(
  view: Pick<StackView, "keepsVolumesOf">,
  id: string,
  before: Bag,
  wanted: Bag,
  replaces: readonly string[],
  operation: Operation,
): void {
  const ids = Array.isArray(before.createdVolumeIds) ? before.createdVolumeIds : [];
  const isOpen = holdsUnknown(wanted.volumes);
  const [next] = (isOpen ? [] : (wanted.volumes ?? [])) as InstanceInputs["volumes"];
  // The state is of an earlier program: a replacement deletes nothing that either of them wants kept, or that the new instance mounts.
  const keeps = wanted.keepVolumes !== false || isOpen || ids.includes(next?.volumeId);
  if (keeps) view.keepsVolumesOf.add(id);
  else view.keepsVolumesOf.delete(id);

  const isReplaced = replaces.length > 0 || diffByTable(onChange, same, before, wanted).replaces.length > 0;
  if (!isReplaced || isOpen || ids.length === 0 || (next !== undefined && next.sizeGb === undefined)) return;
  const isDeleted = before.keepVolumes === false && wanted.keepVolumes === false;
  operation.warn(
    `Instance ${id} is to be replaced, and its volume ${ids.join(", ")} does not go along: ` +
      `${isDeleted ? "it is deleted with all its data (`keepVolumes: false`)" : "it stays, with its data, and is billed on"}. ` +
      `To take the data along write \`volumes: [{ volumeId: ${ids[0]}, mountPath: … }]\`, which rents on the same machine.`,
  );
}

/** Deletes the volume that an instance had made, when the instance is gone for certain, and waits until it is gone. */
export async function deleteCreated(
  account: Account,
  before: Bag,
  timeoutMs: number,
  operation: Operation,
): Promise<void> {
  for (const { id } of await createdRows(account, before, operation)) {
    operation.progress(`deleting volume ${id}`);
    await removeVolume(account, id, { timeoutMs, tooYoungUntil: 0 }, operation);
  }
}

/** Says which volume of an instance that is gone is billed on. What cannot be looked up is named as far as the state knows it. */
export async function sayWhatStays(account: Account, before: Bag, operation: Operation): Promise<void> {
  const { createdVolumeIds: ids, createdVolumeName: name } = before;
  if (ids === undefined && name === undefined) return;
  try {
    for (const row of await createdRows(account, before, operation)) {
      operation.warn(
        `${volumeText(row)} stays with its data and is billed on. Mount it with \`volumes: [{ volumeId: ${row.id}, mountPath: … }]\`, take it ` +
          `into the stack with \`adoptVolumeId: ${row.id}\` of a Volume, or delete it with all its data by \`vastai delete volume ${row.id}\`.`,
      );
    }
  } catch (error) {
    operation.warn(
      `Volume ${Array.isArray(ids) ? ids.join(", ") : `"${name}"`} stays with its data, and is billed as long as it exists. (${messageOf(error)}) ` +
        "Look with `vastai show volumes`.",
    );
    if (error instanceof CancelledError) throw error;
  }
}
