import { z } from "zod";
import { NotFoundError } from "../errors.js";
import type { Endpoint, Send } from "./endpoint.js";
import { type SearchBody, WireOffer } from "./offers.js";
import { geolocation, looseNumber, looseText, wireId } from "./wire-types.js";

/** Ids of instances; one client met them as objects with an id (recorded/INDEX.md, volumes-list). */
const InstanceIds = z
  .array(z.union([wireId, z.looseObject({ id: wireId }).transform(({ id }) => id)]))
  .nullish()
  .catch(null);

/** One rented volume as the list answers it. Only `id` is certain. Disk in GB, prices in $/h, times in epoch seconds. */
export const WireVolume = z.looseObject({
  id: wireId,
  /** The name. */
  label: looseText,
  /** Seen: `created`, `in-use`. */
  status: looseText,
  /** Seen: `machine` for a local volume, `network`. */
  type: looseText,
  /** The size. */
  disk_space: looseNumber,
  disk_name: looseText,
  machine_id: looseNumber,
  host_id: looseNumber,
  instances: InstanceIds,
  start_date: looseNumber,
  end_date: looseNumber,
  storage_total_cost: looseNumber,
  geolocation,
  verification: looseText,
  reliability2: looseNumber,
  public_ipaddr: looseText,
  inet_up: looseNumber,
  inet_down: looseNumber,
});
/** One rented volume on the wire. */
export type WireVolume = z.infer<typeof WireVolume>;

/** Room for volumes on one machine. The same columns as an offer of GPUs, without prices of GPUs; `disk_space` is what is free. */
export const WireVolumeOffer = WireOffer.omit({ dph_total: true });
/** Room for volumes on one machine. */
export type WireVolumeOffer = z.infer<typeof WireVolumeOffer>;

const SearchAnswer = z.looseObject({ offers: z.array(WireVolumeOffer) });
const ListAnswer = z.looseObject({ volumes: z.array(WireVolume) });
const Done = z.looseObject({ success: z.literal(true), msg: looseText });

/** Documented is only `volume_name`, "V." and the id; newer answers add `volume_id` (vast-api.md §4, no. 19). */
const RentAnswer = z.looseObject({
  success: z.literal(true),
  volume_name: looseText,
  volume_id: looseNumber,
  id: looseNumber,
});

/** What a clone answers is not known (vast-api.md §4, no. 43): whatever does not refuse is taken for done. */
const CloneAnswer = z.looseObject({});

const PATH = "/api/v0/volumes/";

export const volumeEndpoints = {
  search: {
    method: "POST",
    path: "/api/v0/volumes/search/",
    effect: "read",
    minIntervalSeconds: 5.5,
    answer: SearchAnswer,
  },
  list: { method: "GET", path: PATH, effect: "read", minIntervalSeconds: 5.5, answer: ListAnswer },
  rent: { method: "PUT", path: PATH, effect: "rents", minIntervalSeconds: 5.5, answer: RentAnswer },
  clone: {
    method: "POST",
    path: "/api/v0/volumes/copy/",
    effect: "rents",
    minIntervalSeconds: 5.5,
    answer: CloneAnswer,
  },
  delete: { method: "DELETE", path: PATH, effect: "idempotent", minIntervalSeconds: 5.5, answer: Done },
} satisfies Record<string, Endpoint>;

/** Body of a rent. An offer serves several volumes, as long as there is room (official client, `create volume`). */
export interface RentVolumeBody {
  /** Id of the volume offer. */
  readonly id: number;
  /** GB, a whole number, fixed for the life of the volume. */
  readonly size: number;
  /** 1 to 64 letters, digits and underscores; another answers 422. Default "V." and the id. */
  readonly name?: string;
}

/** Body of a clone. The copy has no name of ours: the route takes none. */
export interface CloneVolumeBody {
  /** Id of the volume that is copied. */
  readonly src_id: number;
  /** Id of the volume offer that takes the copy. */
  readonly dst_id: number;
  /** GB, at least that of the source. Default the source's. */
  readonly size?: number;
  readonly disable_compression?: true;
}

/** Calls about local volumes. All of them can throw ApiError, ConnectionError, WireFormatError and CancelledError. */
export function volumesApi(send: Send) {
  return {
    /** Searches room for volumes; at most 64 offers come back. Filters are not always honoured: check every offer again. */
    search: async (body: Omit<SearchBody, "type">, signal?: AbortSignal): Promise<WireVolumeOffer[]> => {
      const { filters, allocatedStorageGb, ...controls } = body;
      const answer = await send(volumeEndpoints.search, {
        body: { ...filters, ...controls, allocated_storage: allocatedStorageGb },
        signal,
      });
      return answer.offers;
    },

    /** All volumes of the account, network volumes of old included. A volume that is not in it does not exist, or not yet. */
    list: async (signal?: AbortSignal): Promise<WireVolume[]> =>
      (await send(volumeEndpoints.list, { query: { owner: "me", type: "all_volume" }, signal })).volumes,

    /**
     * Rents a volume: billed from now on, and repeating it rents another. Undefined when the answer is success without an id:
     * then only the list tells.
     */
    rent: async (body: RentVolumeBody, signal?: AbortSignal): Promise<number | undefined> => {
      const answer = await send(volumeEndpoints.rent, { body, signal });
      const inName = /^V\.(\d+)$/.exec(answer.volume_name ?? "")?.[1];
      const id = answer.volume_id ?? answer.id ?? Number(inName);
      return Number.isSafeInteger(id) && id > 0 ? id : undefined;
    },

    /** Rents a volume with the content of another. Which one it is tells only the list, before and after. */
    clone: async (body: CloneVolumeBody, signal?: AbortSignal): Promise<void> => {
      await send(volumeEndpoints.clone, { body, signal });
    },

    /** Deletes a volume with all that is in it. 400 while an instance uses it, and half a minute longer. */
    delete: async (id: number, signal?: AbortSignal): Promise<"ended" | "absent"> => {
      try {
        // The documentation wants the id in the body, the official client sends it in the query.
        await send(volumeEndpoints.delete, { query: { id }, body: { id }, signal });
        return "ended";
      } catch (error) {
        if (error instanceof NotFoundError) return "absent";
        throw error;
      }
    },
  };
}
export type VolumesApi = ReturnType<typeof volumesApi>;
