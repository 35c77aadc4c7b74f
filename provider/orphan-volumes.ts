// Which volumes of an account nobody looks after. They outlive the instances that they were made with, and are billed. Pure.
import type { WireInstance } from "./api/instance-row.js";
import type { WireVolume } from "./api/volumes.js";
import {
  type Doubt,
  doubtOf,
  type Owner,
  ownEntries,
  ownerOf,
  type StateEntry,
  type Suspect,
} from "./orphan-doubts.js";
import { type Billed, idsOf, type Orphan, oldestFirst, timesOf } from "./orphans.js";
import { isOfSameRent } from "./resources/instance/volumes/created-volumes.js";
import { mountsOf } from "./resources/instance/volumes/shown-mounts.js";
import { tokenIn } from "./resources/volume/own-volumes.js";

/** A volume of this provider that stands in no given state. */
export interface OrphanVolume {
  readonly noun: "volume";
  readonly row: WireVolume;
  /** That in its name; where the program gave the name, that of the orphan whose rent made it. */
  readonly token: string;
  /** Its name has the mark, so it is found also when no instance leads to it. */
  readonly isMarked: boolean;
  readonly ageMs: number | undefined;
  /** Undefined when no given state knows the token. */
  readonly owner: Owner | undefined;
  /** The resource that had it in an older state of the stack. */
  readonly formerUrn: string | undefined;
  /** A create of the owner takes it over, when it fits. */
  readonly isTakenUp: boolean;
  readonly doubt: Doubt | undefined;
  /** Instances that have it mounted. */
  readonly mountedBy: readonly number[];
  /** Vast says that it is in use, and not by whom. */
  readonly isInUseByUnknown: boolean;
}

/**
 * Finds the orphans among an account's volumes, oldest first. `before` are those of an earlier look: one without a mark is told only by the
 * orphan that has it mounted, and that may have ended since.
 */
export function findOrphanVolumes(
  billed: Billed,
  orphans: readonly Orphan[],
  entries: readonly StateEntry[],
  now: number,
  before: readonly OrphanVolume[] = [],
): OrphanVolume[] {
  return billed.volumes
    .filter((row) => !entries.some((entry) => !entry.isOutdated && names(entry, row)))
    .flatMap((row) => {
      const maker = orphans.find((orphan) => isOfSameRent(orphan.row, row));
      const known = maker ?? before.find((volume) => volume.row.id === row.id);
      const marked = tokenIn(row.label ?? "");
      const token = marked ?? known?.token;
      return token === undefined ? [] : judge({ row, token, isMarked: marked !== undefined }, billed, entries, now);
    })
    .sort(oldestFirst);
}

/** Whether it may be deleted once these instances are gone: Vast refuses it while one that exists has it mounted. */
export function isFreeAfter({ mountedBy, isInUseByUnknown }: OrphanVolume, ended: ReadonlySet<number>): boolean {
  return !isInUseByUnknown && mountedBy.every((id) => ended.has(id));
}

/** What a volume costs, mounted or not, $/h; undefined when Vast does not say. */
export function volumeDollarsPerHour({ storage_total_cost: price }: WireVolume): number | undefined {
  return price ?? undefined;
}

/** Whether a state's entry has a volume, be it as a resource, as what its rent made, or as what it mounts. */
function names({ noun, id, volumeIds, volumeName }: StateEntry, row: WireVolume): boolean {
  const isItself = noun === "volume" && id === row.id;
  return isItself || volumeIds.includes(row.id) || (volumeName !== undefined && volumeName === row.label);
}

function judge(
  found: Pick<OrphanVolume, "row" | "token" | "isMarked">,
  billed: Billed,
  entries: readonly StateEntry[],
  now: number,
): OrphanVolume {
  const { row, token } = found;
  const { startedAt, ageMs } = timesOf(row, now);
  const account = idsOf(billed);
  const owner = ownerOf(ownEntries(entries, token), account);
  const former = entries.find((entry) => entry.isOutdated && names(entry, row));
  const suspect: Suspect = {
    noun: "volume",
    id: row.id,
    token,
    startedAt,
    ageMs,
    // No name tells a volume whose create came to its end.
    mayBeUnfinished: true,
    isInOlderState: former !== undefined,
  };
  const mountedBy = [...new Set([...(row.instances ?? []), ...holders(row, billed.contracts)])];
  return {
    noun: "volume",
    ...found,
    ageMs,
    owner,
    formerUrn: former?.urn,
    isTakenUp: owner?.noun === "volume" && owner.isToBeCreated,
    doubt: doubtOf(suspect, entries, account),
    mountedBy,
    isInUseByUnknown: mountedBy.length === 0 && row.instances == null && row.status === "in-use",
  };
}

/** The instances that show the volume as a mount, whatever the list of volumes says. */
function holders({ id, label, machine_id: machineId }: WireVolume, contracts: readonly WireInstance[]): number[] {
  const isThis = (row: WireInstance) =>
    mountsOf(row).some(
      ({ volumeId, name }) =>
        volumeId === id || (volumeId === undefined && name === label && row.machine_id === machineId),
    );
  return contracts.filter(isThis).map((row) => row.id);
}
