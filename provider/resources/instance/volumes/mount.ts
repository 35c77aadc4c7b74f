import type { Account } from "../../../account/account.js";
import type { RentVolumeInfo } from "../../../api/instances.js";
import type { WireOffer } from "../../../api/offers.js";
import type { WireVolume } from "../../../api/volumes.js";
import type { Operation } from "../../../engine/lifecycle.js";
import { NothingRentedError } from "../../../errors.js";
import { defaultName, isMarkedName } from "../../volume/own-volumes.js";
import type { InstanceInputs } from "../inputs.js";
import type { StackView } from "../stack/stack-view.js";
import { isOwnName, volumeText } from "./created-volumes.js";

/** A volume that exists and ties the rent to its machine. */
export interface ExistingMount {
  readonly is: "existing";
  readonly volumeId: number;
  readonly machineId: number;
  readonly mountPath: string;
}

/** A volume that each rent makes anew. */
export interface NewMount {
  readonly is: "new";
  readonly sizeGb: number;
  readonly mountPath: string;
  /** A name that neither a volume of the account nor an earlier attempt has: by it the volume is found again. */
  nextName(): string;
}

/** What the rent call is to mount. */
export type Mount = ExistingMount | NewMount;

/** Looks where the program's volume is, or what a new one can be called. Undefined when it wants none; refuses one that is not there. */
export async function planMount(
  account: Account,
  inputs: InstanceInputs,
  view: Pick<StackView, "volumeIdsInState" | "volumeNames">,
  operation: Operation,
): Promise<Mount | undefined> {
  const [wanted] = inputs.volumes;
  if (!wanted) return undefined;
  const { volumeId, sizeGb = 0, mountPath, name } = wanted;
  const rows = await account.volumes(operation.signal);
  if (volumeId !== undefined) return { is: "existing", volumeId, machineId: machineOf(rows, volumeId), mountPath };
  warnOfLeftOvers(rows, inputs, view.volumeIdsInState, operation);
  for (const { label } of rows) if (label) view.volumeNames.add(label);
  const nextName = () => {
    const fresh = name === undefined ? markedName(inputs, view.volumeNames) : numbered(name, view.volumeNames);
    view.volumeNames.add(fresh);
    return fresh;
  };
  return { is: "new", sizeGb, mountPath, nextName };
}

/** The volume in the words of the rent call. */
export function volumeInfo(mount: Mount, offer: WireOffer, name: string | undefined): RentVolumeInfo {
  if (mount.is === "existing") return { create_new: false, volume_id: mount.volumeId, mount_path: mount.mountPath };
  const { sizeGb: size, mountPath: mount_path } = mount;
  return { create_new: true, volume_id: offer.avail_vol_ask_id ?? 0, size, mount_path, ...(name ? { name } : {}) };
}

function machineOf(rows: readonly WireVolume[], volumeId: number): number {
  const row = rows.find(({ id }) => id === volumeId);
  if (row && typeof row.machine_id === "number" && row.type !== "network") return row.machine_id;
  const why = !row
    ? "there is no such volume in this account"
    : row.type === "network"
      ? "it is a network volume, which no instance can mount any more"
      : "Vast does not tell which machine holds it";
  throw new NothingRentedError(
    "no_such_volume",
    `volumes.0.volumeId is ${volumeId}, and ${why}. Nothing was rented, so it costs nothing. Correct the id, or let the rent make a new one by \`sizeGb\`.`,
  );
}

function markedName({ label, ownerToken = "" }: InstanceInputs, taken: ReadonlySet<string>): string {
  const rows = [...taken].map((name) => ({ id: 0, label: name }));
  return defaultName(label || "instance", ownerToken, rows);
}

function numbered(name: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? name : `${name}_${number}`;
    if (!taken.has(candidate)) return candidate;
  }
}

/** What a run that was cut off, or an instance that was destroyed, left behind: it may hold data, so it is only pointed at. */
function warnOfLeftOvers(
  rows: readonly WireVolume[],
  inputs: InstanceInputs,
  volumeIdsInState: ReadonlySet<number>,
  operation: Operation,
): void {
  for (const row of rows) {
    const isMounted = (row.instances ?? []).length > 0;
    if (isMounted || volumeIdsInState.has(row.id) || !isOwnName(row.label, inputs)) continue;
    const whose = isMarkedName(row.label, inputs.ownerToken ?? "")
      ? "was made by an earlier run for this resource"
      : "has the name that `volumes` asks for, perhaps from an earlier run";
    operation.warn(
      `${volumeText(row)} ${whose}, and no instance has it mounted. It is billed, and a new one is made beside it. ` +
        `Mount it with \`volumes: [{ volumeId: ${row.id}, mountPath: … }]\`, or delete it with all its data by \`vastai delete volume ${row.id}\`.`,
    );
  }
}
