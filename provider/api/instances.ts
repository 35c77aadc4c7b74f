import { z } from "zod";
import { ApiError, NotFoundError } from "../errors.js";
import type { CallArgs, Endpoint, Send } from "./endpoint.js";
import { WireInstance } from "./instance-row.js";
import { looseNumber, looseText, wireId, wireNumber } from "./wire-types.js";

/** Single read: a destroyed, unknown or foreign id is HTTP 200 with `instances: null`; `{}` and `[]` were seen as well. */
const ShowAnswer = z.looseObject({
  // Not a union: its errors would not name the field that is wrong.
  instances: z.preprocess((row) => (isEmpty(row) ? null : row), WireInstance.nullable()),
});

function isEmpty(row: unknown): boolean {
  return typeof row === "object" && row !== null && Object.keys(row).length === 0;
}

/** One page of `GET /api/v1/instances/`. */
const ListAnswer = z.looseObject({
  instances: z.array(WireInstance),
  instances_found: looseNumber,
  total_instances: looseNumber,
  label_counts: z.record(z.string(), wireNumber).nullish().catch(null),
  next_token: z.string().nullish(),
});
export type InstancePage = z.infer<typeof ListAnswer>;

const Done = z.looseObject({ success: z.literal(true), msg: looseText });

/** The log is not in the answer but, some seconds later, behind this address. */
const LogsAnswer = z.looseObject({ success: z.literal(true), result_url: z.url() });

/** `new_contract` is the id of the rented instance; `instance_api_key` is a secret that may only end in secret outputs. */
const RentAnswer = z.looseObject({
  success: z.literal(true),
  new_contract: wireId,
  instance_api_key: z.string().nullish(),
});
export type RentAnswer = z.infer<typeof RentAnswer>;

const ANSWERS_DONE = { effect: "idempotent", minIntervalSeconds: 1, answer: Done } as const;

export const instanceEndpoints = {
  show: {
    method: "GET",
    path: "/api/v0/instances/{id}/",
    effect: "read",
    minIntervalSeconds: 2,
    answer: ShowAnswer,
  },
  list: { method: "GET", path: "/api/v1/instances/", effect: "read", minIntervalSeconds: 1, answer: ListAnswer },
  listV0: { method: "GET", path: "/api/v0/instances/", effect: "read", minIntervalSeconds: 2, answer: ListAnswer },
  rent: {
    method: "PUT",
    path: "/api/v0/asks/{offerId}/",
    effect: "rents",
    minIntervalSeconds: 4.5,
    penaltySeconds: 12,
    answer: RentAnswer,
  },
  manage: { method: "PUT", path: "/api/v0/instances/{id}/", ...ANSWERS_DONE },
  destroy: {
    method: "DELETE",
    path: "/api/v0/instances/{id}/",
    effect: "idempotent",
    minIntervalSeconds: 3,
    answer: Done,
  },
  destroyMany: {
    method: "DELETE",
    path: "/api/v0/instances/",
    effect: "idempotent",
    minIntervalSeconds: 3,
    answer: Done,
  },
  updateTemplate: { method: "PUT", path: "/api/v0/instances/update_template/{id}/", ...ANSWERS_DONE },
  bid: {
    method: "PUT",
    path: "/api/v0/instances/bid_price/{id}/",
    effect: "idempotent",
    minIntervalSeconds: 5.5,
    answer: Done,
  },
  reboot: { method: "PUT", path: "/api/v0/instances/reboot/{id}/", ...ANSWERS_DONE },
  requestLogs: {
    method: "PUT",
    path: "/api/v0/instances/request_logs/{id}/",
    // A PUT that changes nothing: it asks the host to upload the log.
    effect: "read",
    minIntervalSeconds: 1,
    answer: LogsAnswer,
  },
} satisfies Record<string, Endpoint>;

/** Vast's limits of one list page and one bulk destroy. */
export const LIST_PAGE_SIZE = 25;
export const DESTROY_BATCH_SIZE = 64;

/** Query of the v1 list. */
export interface InstanceListQuery {
  /** Rows per page, 1 to 25. Default 25. */
  readonly limit?: number;
  /** Cursor of the previous page. */
  readonly after_token?: string;
  readonly order_by?: readonly { readonly col: string; readonly dir: "asc" | "desc" }[];
  /** Columns to answer; unknown ones come back as null. Default all. */
  readonly select_cols?: readonly string[];
  /** Only columns stored on the contract can be filtered; computed ones such as dph_total answer 400. */
  readonly select_filters?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Body of the rent call, in Vast's words (vast-api.md §2.2). */
export interface RentBody {
  readonly client_id: "me";
  readonly image?: string;
  readonly template_hash_id?: string;
  /** GB, fixed for the life of the contract. */
  readonly disk: number;
  readonly runtype?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly onstart?: string;
  readonly args?: readonly string[];
  readonly label: string;
  /** Bid in $/h for the whole machine slice; its presence makes the contract interruptible. */
  readonly price?: number;
  readonly target_state: "running" | "stopped";
  readonly cancel_unavail: boolean;
  readonly vm?: boolean;
  readonly image_login?: string;
  readonly user?: string;
  readonly use_jupyter_lab?: boolean;
  readonly jupyter_dir?: string;
  readonly python_utf8?: boolean;
  readonly lang_utf8?: boolean;
  readonly force?: boolean;
  readonly volume_info?: RentVolumeInfo;
}

/** The one volume that a rent can mount: a new one, or one on the same machine (vast-api.md §2.2). It survives the instance. */
export interface RentVolumeInfo {
  readonly create_new: boolean;
  /** Of a new volume the offer's `avail_vol_ask_id`, else the volume's id. */
  readonly volume_id: number;
  readonly mount_path: string;
  /** GB, a whole number, of a new volume. */
  readonly size?: number;
  /** Of a new volume: 1 to 64 letters, digits and underscores. */
  readonly name?: string;
}

/** What a rent call led to when the server gave a clear answer. */
export interface Rented {
  /** Id of the contract. */
  readonly id: number;
  /** The instance's own limited key. Secret. */
  readonly instanceApiKey: string | undefined;
  /** Set when the server refused and yet made a contract (a bid below the minimum does that): stopped, its disk billed. */
  readonly refusedBecause: string | undefined;
}

/** Calls about instances. All of them can throw ApiError, ConnectionError, WireFormatError and CancelledError. */
export function instancesApi(send: Send) {
  return {
    /**
     * One instance, or undefined when it does not exist. Vast answers 200 with `instances: null` for a destroyed or foreign
     * id (recorded 2026-09-05); a 404 counts only when it is not about the key. A fresh contract can look absent for some
     * seconds.
     */
    show: async (id: number, signal?: AbortSignal): Promise<WireInstance | undefined> => {
      try {
        const answer = await send(instanceEndpoints.show, { params: { id }, query: { owner: "me" }, signal });
        return answer.instances ?? undefined;
      } catch (error) {
        if (error instanceof NotFoundError) return undefined;
        throw error;
      }
    },

    /** One page of the account's instances, at most 25 rows. `on` follows the call on its way. */
    list: (
      query: InstanceListQuery = {},
      signal?: AbortSignal,
      on: Pick<CallArgs, "onSend" | "onRetry"> = {},
    ): Promise<InstancePage> =>
      send(instanceEndpoints.list, { query: { limit: LIST_PAGE_SIZE, ...query }, signal, ...on }),

    /**
     * All instances by the route that came before v1. Answers 410 `deprecated_endpoint` for most accounts since
     * June 2026: only for servers that have no v1.
     */
    listV0: (signal?: AbortSignal): Promise<InstancePage> =>
      send(instanceEndpoints.listV0, { query: { owner: "me" }, signal }),

    /**
     * Rents an offer. Not idempotent and billed: never repeated here after an unknown outcome. Throws OfferGoneError when
     * the offer is taken, with nothing created. `onSend` is called when the call goes out.
     */
    rent: async (
      offerId: number,
      body: RentBody,
      waits: Pick<CallArgs, "signal" | "onSend" | "onYield" | "onOvertaken"> = {},
    ): Promise<Rented> => {
      try {
        const answer = await send(instanceEndpoints.rent, { params: { offerId }, body, ...waits });
        return {
          id: answer.new_contract,
          instanceApiKey: answer.instance_api_key ?? undefined,
          refusedBecause: undefined,
        };
      } catch (error) {
        if (error instanceof ApiError && error.refusal.newContract !== undefined) {
          return { id: error.refusal.newContract, instanceApiKey: undefined, refusedBecause: error.refusal.said };
        }
        throw error;
      }
    },

    /** Sets the label; the empty text clears it. At most 256 characters on create, 1,024 here. */
    setLabel: async (id: number, label: string, signal?: AbortSignal): Promise<void> => {
      await send(instanceEndpoints.manage, { params: { id }, body: { label }, signal });
    },

    /**
     * Starts or stops. `queued` means that the GPU is taken: the server answers 200 with `success: false`, and the start
     * stays queued until resources appear or `stopped` is sent (recorded 2026-07-29).
     */
    setState: async (id: number, state: "running" | "stopped", signal?: AbortSignal): Promise<"done" | "queued"> => {
      try {
        await send(instanceEndpoints.manage, { params: { id }, body: { state }, signal });
        return "done";
      } catch (error) {
        if (error instanceof ApiError && error.code === "resources_unavailable") return "queued";
        throw error;
      }
    },

    /** Ends a contract; its disk is lost. `absent`: there is none of this id, or not yet, or not any more. */
    destroy: async (id: number, signal?: AbortSignal): Promise<"ended" | "absent"> => {
      try {
        // Some proxies reject a DELETE without a body, and the official client sends an empty object.
        await send(instanceEndpoints.destroy, { params: { id }, body: {}, signal });
        return "ended";
      } catch (error) {
        if (error instanceof NotFoundError) return "absent";
        throw error;
      }
    },

    /** Ends up to 64 contracts in one call. The route is not documented; confirm each id afterwards. */
    destroyMany: async (ids: readonly number[], signal?: AbortSignal): Promise<void> => {
      await send(instanceEndpoints.destroyMany, { body: { instance_ids: ids }, signal });
    },

    /**
     * Changes image, environment, onstart, args or template in place: the container is made anew, contract, GPU and
     * address stay, the container's disk content is lost. The only in-place edit that Vast has, used by its own client
     * and absent from its YAML files. The id is not repeated in the body: newer routes answer 400 to that.
     */
    updateTemplate: async (
      id: number,
      body: Partial<Pick<RentBody, "image" | "template_hash_id" | "env" | "onstart" | "args">>,
      signal?: AbortSignal,
    ): Promise<void> => {
      await send(instanceEndpoints.updateTemplate, { params: { id }, body, signal });
    },

    /** Changes the bid of an interruptible instance, in $/h for the whole slice. */
    bid: async (id: number, dollarsPerHour: number, signal?: AbortSignal): Promise<void> => {
      await send(instanceEndpoints.bid, { params: { id }, body: { client_id: "me", price: dollarsPerHour }, signal });
    },

    /**
     * Asks the host to upload the last lines of the container's log; answers the address where they appear within seconds, readable
     * without a key. Needs only the permission `instance_read`.
     */
    requestLogs: async (id: number, lines: number, signal?: AbortSignal): Promise<string> => {
      const body = { tail: String(lines) };
      const answer = await send(instanceEndpoints.requestLogs, { params: { id }, body, signal });
      return answer.result_url;
    },

    /** Stops and starts the container; the GPU is kept. */
    reboot: async (id: number, signal?: AbortSignal): Promise<void> => {
      await send(instanceEndpoints.reboot, { params: { id }, body: {}, signal });
    },
  };
}
export type InstancesApi = ReturnType<typeof instancesApi>;
