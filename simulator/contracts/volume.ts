import type { AskFacts } from "../market/ask.js";
import type { Contract } from "./contract.js";
import { storageDollarsPerHour } from "./money.js";

const MS_PER_HOUR = 3_600_000;

/** A rented local volume, kept after its end so that a test can look back. Times in milliseconds. */
export interface Volume {
  readonly id: number;
  readonly account: number;
  /** The machine that holds it, for ever. */
  readonly facts: AskFacts;
  /** The renter's name for it, or "V." and the id. */
  readonly name: string;
  readonly sizeGb: number;
  readonly createdAt: number;
  deletedAt: number | null;
  /** The volume that it was copied from. */
  readonly clonedFrom: number | null;
}

/** A volume inside a container. */
export interface Mount {
  readonly volume: Volume;
  readonly path: string;
}

/** What a volume costs at the moment `at`, $/h: its size, mounted or not, until it is deleted. */
export function volumeDollarsPerHour({ facts, sizeGb, deletedAt }: Volume): number {
  return deletedAt === null ? storageDollarsPerHour(facts.storage_cost, sizeGb) : 0;
}

/** Everything that a volume has cost up to `at`, in dollars. */
export function volumeDollarsBilled({ facts, sizeGb, createdAt, deletedAt }: Volume, at: number): number {
  const ms = Math.max(0, Math.min(at, deletedAt ?? at) - createdAt);
  return (storageDollarsPerHour(facts.storage_cost, sizeGb) * ms) / MS_PER_HOUR;
}

/** The contracts that hold a volume: running or stopped ones, and those that ended less than `lagMs` ago. */
export function holdersOfVolume(
  contracts: Iterable<Contract>,
  volume: Volume,
  at: number,
  lagMs: number,
): { readonly living: Contract[]; readonly isInUse: boolean } {
  const mounting = [...contracts].filter(({ mounts }) => mounts.some((mount) => mount.volume === volume));
  return {
    living: mounting.filter(({ destroyedAt }) => destroyedAt === null),
    isInUse: mounting.some(({ destroyedAt }) => destroyedAt === null || at < destroyedAt + lagMs),
  };
}
