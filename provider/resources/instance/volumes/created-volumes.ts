import { youngUntil } from "../../../account/absence.js";
import type { Account } from "../../../account/account.js";
import type { WireInstance } from "../../../api/instance-row.js";
import type { WireVolume } from "../../../api/volumes.js";
import type { Operation } from "../../../engine/lifecycle.js";
import type { Bag } from "../../../engine/values.js";
import { CancelledError, messageOf } from "../../../errors.js";
import { lookUntil } from "../../../wait.js";
import { isMarkedName } from "../../volume/own-volumes.js";
import { removeVolume } from "../../volume/remove.js";
import type { InstanceInputs } from "../inputs.js";
import { VOLUME_PRICE } from "../price.js";

const LOOK_EVERY_MS = 6_000;
/** The rent makes the contract and its volume in one call; their clocks may differ. */
const SAME_RENT_SECONDS = 120;

/** Which volumes are a resource's own: by the mark in their name, or by the name that the program gives. */
export type VolumeOwner = Partial<Pick<InstanceInputs, "ownerToken" | "volumes">>;

/** Whether a name is one that this resource gives to its volumes. */
export function isOwnName(label: string | null | undefined, { ownerToken = "", volumes }: VolumeOwner): boolean {
  const name = volumes?.[0]?.name;
  return isMarkedName(label, ownerToken) || (name !== undefined && new RegExp(`^${name}(_\\d+)?$`).test(label ?? ""));
}

/** Whether a volume is as old as a contract that has it mounted: then the rent made both, or somebody mounted what was made just before. */
export function isOfSameRent(contract: Pick<WireInstance, "id" | "start_date">, volume: WireVolume): boolean {
  const [begun, made] = [contract.start_date, volume.start_date];
  if (typeof begun !== "number" || typeof made !== "number") return false;
  return Math.abs(begun - made) <= SAME_RENT_SECONDS && (volume.instances ?? []).includes(contract.id);
}

/**
 * The volume that was rented together with a contract that another run rented. One that only is mounted there may be anybody's: its name,
 * and that it is as old as the contract, tell it apart.
 */
export async function volumeMadeWith(
  account: Account,
  contract: WireInstance,
  owner: VolumeOwner,
  signal: AbortSignal,
): Promise<WireVolume | undefined> {
  return (await account.volumes(signal)).find((volume) => {
    const isGiven = owner.volumes?.some(({ volumeId }) => volumeId === volume.id);
    return isOfSameRent(contract, volume) && !isGiven && isOwnName(volume.label, owner);
  });
}

/** A volume of this name, looked for as long as a fresh one can be missing from the list. */
export async function volumeNamed(
  account: Account,
  name: string,
  rentedAt: unknown,
  signal: AbortSignal,
): Promise<WireVolume | undefined> {
  const look = async () => (await account.volumes(signal)).find(({ label }) => label === name);
  const { clock } = account;
  const deadline = youngUntil(rentedAt, clock.now());
  return lookUntil(clock, look, { everyMs: LOOK_EVERY_MS, deadline, signal });
}

/** The outputs that tell of the volume that a rent made; empty while the state does not say that there is one. */
export async function createdVolumeOutputs(account: Account, before: Bag, operation: Operation): Promise<Bag> {
  const { createdVolumeName: name, createdVolumeIds: ids, rentedAt, [VOLUME_PRICE]: known } = before;
  if (typeof name !== "string") return {};
  if (Array.isArray(ids)) {
    return {
      createdVolumeName: name,
      createdVolumeIds: ids,
      ...(known === undefined ? {} : { [VOLUME_PRICE]: known }),
    };
  }
  const row = await volumeNamed(account, name, rentedAt, operation.signal);
  if (row) {
    const { id, storage_total_cost: price } = row;
    return { createdVolumeName: name, createdVolumeIds: [id], ...(price == null ? {} : { [VOLUME_PRICE]: price }) };
  }
  operation.warn(
    `The rent was to make volume "${name}", and the account does not show it. It may not exist, or be billed. Look with \`vastai show volumes\`; the next \`pulumi up\` with a change looks again.`,
  );
  return { createdVolumeName: name };
}

/** How a volume ends whose instance went. */
export interface VolumeEnd {
  /** Something ran with it, so it can hold data, and the program does not consent to lose that. */
  readonly keep: boolean;
  readonly timeoutMs: number;
}

/**
 * Deletes the volume that was made with a contract which was given back, or keeps it where it can hold data. Never fails but when
 * cancelled: what stays is named in a warning, and answered for the error that a create may end with.
 */
export async function endVolumeOf(
  account: Account,
  contractId: number,
  row: WireVolume,
  { keep, timeoutMs }: VolumeEnd,
  operation: Operation,
): Promise<string | undefined> {
  const stays = (because: string) => {
    const text =
      `${volumeText(row)}, made with contract ${contractId}, ${because} It is billed. Mount it with \`volumeId: ${row.id}\`, or delete it ` +
      `with all its data by \`vastai delete volume ${row.id}\`.`;
    operation.warn(text);
    return text;
  };
  if (keep) return stays("was kept when that ended, for it may hold data (`keepVolumes`).");
  try {
    await removeVolume(account, row.id, { timeoutMs, tooYoungUntil: 0 }, operation);
    return undefined;
  } catch (error) {
    const text = stays(`is empty and could not be deleted: ${messageOf(error)}`);
    if (error instanceof CancelledError) throw error;
    return text;
  }
}

/** The volumes that an instance had made and that still exist. */
export async function createdRows(account: Account, before: Bag, { signal }: Operation): Promise<WireVolume[]> {
  const { createdVolumeIds: ids, createdVolumeName: name, rentedAt } = before;
  if (Array.isArray(ids)) return (await account.volumes(signal)).filter(({ id }) => ids.includes(id));
  const row = typeof name === "string" ? await volumeNamed(account, name, rentedAt, signal) : undefined;
  return row ? [row] : [];
}

/** A volume in words: `Volume 38186467 ("data", 50 GB on machine 10020, 0.0104 $/h)`. */
export function volumeText({
  id,
  label,
  disk_space: sizeGb,
  machine_id: machineId,
  storage_total_cost: price,
}: WireVolume) {
  const cost = typeof price === "number" ? `, ${price.toFixed(4)} $/h` : "";
  return `Volume ${id} ("${label ?? "unnamed"}", ${sizeGb ?? "?"} GB on machine ${machineId ?? "?"}${cost})`;
}
