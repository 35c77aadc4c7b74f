import type { Account } from "../../account/account.js";
import type { WireVolume, WireVolumeOffer } from "../../api/volumes.js";
import { VastError } from "../../errors.js";
import { VolumeOfferQuery } from "../../offer/volume-query.js";
import { searchVolumeOffers, volumeDollarsPerMonth } from "../../offer/volume-search.js";
import { type VolumeFacts, volumeFacts } from "./outputs.js";

/** One volume as a lookup answers it. What Vast does not tell is left out. */
export interface VolumeDetails extends VolumeFacts {
  /** Name on Vast. */
  readonly name?: string;
  readonly sizeGb?: number;
  /** `machine` for a local volume, `network` for one of the old network volumes. */
  readonly type?: string;
}

export interface GetVolumesArgs {
  /** Only volumes of exactly this name. Default any. */
  name?: string;
  /** Only volumes on this machine. Default any. */
  machineId?: number;
  /** Only volumes that this instance has mounted. Default any. */
  mountedBy?: number;
}

export interface GetVolumesResult {
  /** By id, oldest first. */
  readonly volumes: readonly VolumeDetails[];
}

export interface GetVolumeOffersArgs {
  /** Which room will do, as `offer` of a `Volume`. Default any. */
  offer?: VolumeOfferQuery;
  /** Size in GB that must fit and that prices are for. Default 15. */
  sizeGb?: number;
  /** The most that the volume may cost for a month of 30 days, in $. Default no limit. */
  maxDollarsPerMonth?: number;
  /** Only verified machines of Vast's own market, where the query doesn't say otherwise. Default true. */
  defaultFilters?: boolean;
  /** The most offers to answer. Default all that were found, some hundred at most. */
  limit?: number;
}

/** Room for a volume on one machine. What Vast does not tell is left out. */
export interface VolumeOfferDetails {
  /** For `offerId` of a `Volume`. */
  readonly offerId: number;
  readonly machineId?: number;
  readonly hostId?: number;
  /** Prices for the wanted size; a month has 30 days. */
  readonly dollarsPerHour: number;
  readonly dollarsPerMonth: number;
  readonly storageDollarsPerGbMonth?: number;
  /** What is free, in GB. */
  readonly diskSpaceGb?: number;
  readonly diskName?: string;
  readonly diskBandwidthMBps?: number;
  readonly internetDownMbps?: number;
  readonly internetUpMbps?: number;
  /** `City, CC` or `Region, CC`. */
  readonly geolocation?: string;
  readonly verification?: string;
  /** Share of time that the machine was up, 0 to 1. */
  readonly reliability?: number;
}

export interface GetVolumeOffersResult {
  /** Cheapest first. */
  readonly offers: readonly VolumeOfferDetails[];
}

/** Reads the account's list for {@link GetVolumesArgs}. */
export async function lookUpVolumes(args: GetVolumesArgs, account: Account): Promise<GetVolumesResult> {
  const rows = (await account.volumes()).filter(
    (row) =>
      (args.name === undefined || row.label === args.name) &&
      (args.machineId === undefined || row.machine_id === args.machineId) &&
      (args.mountedBy === undefined || (row.instances ?? []).includes(args.mountedBy)),
  );
  return { volumes: rows.sort((a, b) => a.id - b.id).map(detailsOf) };
}

/** Searches the market for {@link GetVolumeOffersArgs}. Throws VastError when they mean nothing. */
export async function lookUpVolumeOffers(
  args: GetVolumeOffersArgs,
  { client }: Account,
): Promise<GetVolumeOffersResult> {
  const { offer = {}, sizeGb = 15, maxDollarsPerMonth, defaultFilters = true, limit } = args;
  const query = VolumeOfferQuery.safeParse(offer);
  const wrong = query.success ? sizeProblem(sizeGb) : query.error.issues.map(({ message }) => message).join(" ");
  if (wrong !== undefined) throw new VastError("invalid_args", `getVolumeOffers: ${wrong}`);
  const wanted = { query: offer, sizeGb, maxDollarsPerMonth, defaultFilters };
  const found = await searchVolumeOffers(client.volumes.search, wanted);
  const offers = found.slice(0, limit).map(({ offer: row, offerId, dollarsPerHour }) =>
    withoutEmpty<VolumeOfferDetails>({
      offerId,
      dollarsPerHour,
      dollarsPerMonth: volumeDollarsPerMonth(dollarsPerHour),
      ...offerFacts(row),
    }),
  );
  return { offers };
}

function sizeProblem(sizeGb: number): string | undefined {
  return sizeGb >= 1 ? undefined : `sizeGb is ${sizeGb}; it must be at least 1, or left out for 15.`;
}

function offerFacts(row: WireVolumeOffer): Record<string, unknown> {
  return {
    machineId: row.machine_id,
    hostId: row.host_id,
    storageDollarsPerGbMonth: row.storage_cost,
    diskSpaceGb: row.disk_space,
    diskName: row.disk_name,
    diskBandwidthMBps: row.disk_bw,
    internetDownMbps: row.inet_down,
    internetUpMbps: row.inet_up,
    geolocation: row.geolocation,
    verification: row.verification,
    reliability: row.reliability ?? row.reliability2,
  };
}

function detailsOf(row: WireVolume): VolumeDetails {
  return withoutEmpty<VolumeDetails>({ ...volumeFacts(row), name: row.label, sizeGb: row.disk_space, type: row.type });
}

function withoutEmpty<T>(details: Record<string, unknown>): T {
  return Object.fromEntries(Object.entries(details).filter(([, value]) => value !== null && value !== undefined)) as T;
}
