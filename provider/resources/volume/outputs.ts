import type { WireVolume } from "../../api/volumes.js";
import type { Bag } from "../../engine/values.js";

/** Vast counts a month of storage as 30 days. */
const HOURS_PER_MONTH = 720;

/** What a volume tells about itself besides its inputs. A value that Vast does not give is left out. */
export interface VolumeFacts {
  /** Id of the volume on Vast; the same as the resource's id, as a number. */
  readonly volumeId: number;
  /** Vast's handle, "V." and the id, as `vastai copy` takes it: `V.38186467:/data`. */
  readonly volumeName: string;
  /** The machine that holds it, for ever. Instances that mount it must be there. */
  readonly machineId?: number;
  readonly hostId?: number;
  /** Seen on Vast: `created`, and `in-use` while an instance has it. */
  readonly status?: string;
  /** Price in $/h, mounted or not. */
  readonly dollarsPerHour?: number;
  /** Price for a month of 30 days. */
  readonly dollarsPerMonth?: number;
  /** Ids of the instances that have it mounted, running or stopped, as of the last update or refresh. */
  readonly mountedBy?: readonly number[];
  /** `City, CC` or `Region, CC`. */
  readonly geolocation?: string;
  readonly diskName?: string;
  /** Public address of the machine. */
  readonly publicIp?: string;
  /** `verified`, `unverified` or `deverified`. */
  readonly verification?: string;
  /** When the contract began and when it ends at the latest, ISO 8601 in UTC. */
  readonly startedAt?: string;
  readonly endsAt?: string;
}

type Nullable<T> = { [K in keyof T]: T[K] | null };

/** Everything that a row of the list tells. */
export function volumeFacts(row: WireVolume): Nullable<VolumeFacts> {
  const price = typeof row.storage_total_cost === "number" ? row.storage_total_cost : null;
  return {
    volumeId: row.id,
    volumeName: `V.${row.id}`,
    machineId: row.machine_id ?? null,
    hostId: row.host_id ?? null,
    status: text(row.status),
    dollarsPerHour: price === null ? null : rounded(price),
    dollarsPerMonth: price === null ? null : rounded(price * HOURS_PER_MONTH),
    mountedBy: row.instances ?? null,
    geolocation: text(row.geolocation),
    diskName: text(row.disk_name),
    publicIp: text(row.public_ipaddr),
    verification: text(row.verification),
    startedAt: isoTime(row.start_date),
    endsAt: isoTime(row.end_date),
  };
}

/** The inputs as they are on Vast. What an answer leaves out says nothing: the value of before stays. */
export function readBackInputs(row: WireVolume, declared: Bag, toleranceGb: number): Bag {
  const size = row.disk_space;
  const wanted = typeof declared.sizeGb === "number" ? declared.sizeGb : Number.NaN;
  const differs = typeof size === "number" && !(Math.abs(size - wanted) <= toleranceGb);
  const name = text(row.label);
  return { ...(name === null ? {} : { name }), ...(differs ? { sizeGb: size } : {}) };
}

/** The names of all facts, for the resource class. */
export const volumeFactNames: readonly string[] = Object.keys(volumeFacts({ id: 0 }));

function text(value: string | null | undefined): string | null {
  return value?.trim() || null;
}

/** To a millionth: the service computes prices anew, and the last digits differ from answer to answer. */
function rounded(dollars: number): number {
  return Math.round(dollars * 1e6) / 1e6;
}

function isoTime(epochSeconds: number | null | undefined): string | null {
  return typeof epochSeconds === "number" ? new Date(Math.round(epochSeconds) * 1000).toISOString() : null;
}
