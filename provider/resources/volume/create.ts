import type { Account } from "../../account/account.js";
import type { WireVolume } from "../../api/volumes.js";
import { TAKEN_UP } from "../../engine/entries.js";
import type { Operation } from "../../engine/lifecycle.js";
import type { Bag } from "../../engine/values.js";
import { NothingRentedError, NotReadyError } from "../../errors.js";
import { lookUntil } from "../../wait.js";
import { SIZE_TOLERANCE_GB } from "./changes.js";
import { UNCONFIRMED } from "./consent.js";
import type { VolumeInputs } from "./inputs.js";
import { refuseBesideLeftClone } from "./left-clone.js";
import { readBackInputs, volumeFacts } from "./outputs.js";
import { defaultName, isMarkedName, isUnnamed, noteVolume, REPLACED, type VolumeView } from "./own-volumes.js";
import { findPlaces, wantedMachine } from "./place.js";
import { type RentContext, rentVolume } from "./rent.js";
import { learnOf } from "./state-known.js";
import { adopt, findLeftOver } from "./take-over.js";

const LOOK_EVERY_MS = 6_000;

/** Creates a volume: takes over what an earlier run left, else rents; once there is one, every way out carries its id. */
export function createVolume(
  account: Account,
  view: VolumeView,
  inputs: VolumeInputs,
  operation: Operation,
): Promise<{ id: string; outputs: Bag }> {
  const create = () => createOne(account, view, inputs, operation);
  if (inputs.cloneOf === undefined) return create();
  const turn = view.cloneBefore.then(create);
  view.cloneBefore = turn.catch(() => {});
  return turn;
}

async function createOne(
  account: Account,
  view: VolumeView,
  inputs: VolumeInputs,
  operation: Operation,
): Promise<{ id: string; outputs: Bag }> {
  const token = inputs.ownerToken ?? "";
  const before = await account.volumes(operation.signal);
  await learnOf(before.filter(mayBeTaken(inputs)), view, operation);
  const replaced = [...(view.idsOf.get(token) ?? [])];
  const rented = (id: number, more: Bag) => {
    noteVolume(view, id, { ownerToken: token });
    operation.exists(String(id), { volumeId: id, volumeName: `V.${id}`, ...kept(replaced), ...more });
  };
  const adopted = inputs.adoptVolumeId === undefined ? undefined : adopt(view, inputs, before);
  const machineId = adopted ? undefined : await wantedMachine(account, inputs, operation.signal);
  const leftOver = adopted ?? findLeftOver(view, inputs, before, machineId);
  if (leftOver) {
    if (!adopted)
      operation.warn(
        `Taking over volume ${leftOver.id} ("${leftOver.label}"), which an earlier run rented for this resource.`,
      );
    const mark = { [TAKEN_UP]: new Date(account.clock.now()).toISOString() };
    rented(leftOver.id, { ...volumeFacts(leftOver), ...mark });
    return finish(leftOver, inputs, { ...kept(replaced), ...mark });
  }
  const sizeGb = sizeOf(inputs, before);
  const cloning = inputs.cloneOf !== undefined;
  const name = cloning ? undefined : (inputs.name ?? defaultName(inputs.resourceName ?? "volume", token, before));
  const context: RentContext = { account, view, inputs, operation, sizeGb, name, before };
  const places = await findPlaces(account, inputs, sizeGb, machineId, operation);
  if (cloning) refuseBesideLeftClone(context, places[0]?.machineId);
  const id = await rentVolume(context, places);
  const rentedAt = new Date(account.clock.now()).toISOString();
  rented(id, { [UNCONFIRMED]: true, rentedAt });
  const row = await waitForRow(account, id, inputs, operation);
  return finish(row, inputs, { ...kept(replaced), rentedAt });
}

/** Whether a create of these inputs may take a volume for what an earlier run left, or is to adopt it. */
function mayBeTaken({ adoptVolumeId, cloneOf, name, ownerToken = "" }: VolumeInputs) {
  return ({ id, label }: WireVolume): boolean =>
    id === adoptVolumeId ||
    isMarkedName(label, ownerToken) ||
    (name !== undefined && label === name) ||
    (cloneOf !== undefined && isUnnamed(id, label));
}

/** Waits until the list shows a volume. */
export async function waitForRow(
  account: Account,
  id: number,
  { timeouts }: Pick<VolumeInputs, "timeouts">,
  { signal }: Operation,
): Promise<WireVolume> {
  const look = async () => (await account.volumes(signal)).find((row) => row.id === id);
  const deadline = account.clock.now() + timeouts.createMinutes * 60_000;
  const row = await lookUntil(account.clock, look, { everyMs: LOOK_EVERY_MS, deadline, signal });
  if (row) return row;
  throw new NotReadyError(
    "timeout",
    `Volume ${id} was rented and the account does not show it after ${timeouts.createMinutes} min. It stays in the stack and may be billed. ` +
      "Run `pulumi up` to go on waiting (`timeouts.createMinutes` says how long), or `pulumi destroy` to end it.",
  );
}

function finish(row: WireVolume, inputs: VolumeInputs, more: Bag): { id: string; outputs: Bag } {
  return {
    id: String(row.id),
    outputs: { ...volumeFacts(row), ...readBackInputs(row, inputs, SIZE_TOLERANCE_GB), ...more },
  };
}

function kept(replaced: readonly number[]): Bag {
  return replaced.length === 0 ? {} : { [REPLACED]: replaced };
}

function sizeOf({ sizeGb, cloneOf }: VolumeInputs, before: readonly WireVolume[]): number {
  if (cloneOf === undefined) return sizeGb ?? 15;
  const source = before.find(({ id }) => id === cloneOf);
  const least = source?.disk_space ?? undefined;
  const wrong = !source
    ? `cloneOf is ${cloneOf}, and there is no such volume in this account`
    : sizeGb !== undefined && least !== undefined && sizeGb < least
      ? `sizeGb is ${sizeGb}, and volume ${cloneOf}, which is to be cloned, has ${least} GB`
      : sizeGb === undefined && least === undefined
        ? `Vast does not tell the size of volume ${cloneOf}, which is to be cloned`
        : undefined;
  if (wrong === undefined) return sizeGb ?? Math.ceil(least ?? 0);
  throw new NothingRentedError(
    "bad_clone",
    `${wrong}. Nothing was rented and nothing is billed for it. Correct \`cloneOf\` or \`sizeGb\`.`,
  );
}
