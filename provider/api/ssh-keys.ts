import { z } from "zod";
import { ApiError, NotFoundError } from "../errors.js";
import type { Endpoint, Send } from "./endpoint.js";
import { looseText, wireId } from "./wire-types.js";

/**
 * A key of the account. Live rows also carry `private_key` (recorded 2026-09-05), filled where the web console made the pair: a strict
 * pick of known fields drops it before anything can store or log it.
 */
export const WireSshKey = z
  .object({
    id: wireId,
    /** The recorded name; the documentation says `key`. */
    public_key: looseText,
    key: looseText,
    /** Epoch seconds with a fraction when listed (recorded 2026-09-05), ISO text when made (documented). */
    created_at: z.union([z.number(), z.string()]).nullish().catch(null),
    deleted_at: z.union([z.number(), z.string()]).nullish(),
  })
  .transform(({ id, public_key, key, created_at, deleted_at }) => ({
    id,
    publicKey: public_key ?? key ?? "",
    createdAt: isoTime(created_at),
    isDeleted: deleted_at !== null && deleted_at !== undefined,
  }));
export type WireSshKey = z.infer<typeof WireSshKey>;

/** A key inside an instance. */
const WireInstanceKey = z
  .object({ id: wireId, name: looseText, public_key: looseText, key: looseText, ssh_key: looseText })
  .transform(({ id, public_key, key, ssh_key }) => ({ id, publicKey: public_key ?? key ?? ssh_key ?? "" }));
export type WireInstanceKey = z.infer<typeof WireInstanceKey>;

/** A bare list when recorded; a test of the official client wraps it. */
const KeysAnswer = z.union([
  z.array(WireSshKey),
  z.object({ ssh_keys: z.array(WireSshKey) }).transform(({ ssh_keys }) => ssh_keys),
]);

const KeyAnswer = z.object({ success: z.literal(true), key: WireSshKey });

/** The list comes as JSON inside a text; a real list is tolerated. */
const InstanceKeysAnswer = z
  .object({
    ssh_keys: z.preprocess(
      (keys) => (typeof keys === "string" ? jsonOf(keys) : keys),
      z.array(WireInstanceKey).nullable(),
    ),
  })
  .transform(({ ssh_keys }) => ssh_keys ?? []);

const Done = z.object({ success: z.literal(true), msg: looseText });

export const sshKeyEndpoints = {
  list: {
    method: "GET",
    path: "/api/v0/ssh/",
    effect: "read",
    minIntervalSeconds: 1,
    confidential: true,
    answer: KeysAnswer,
  },
  create: {
    method: "POST",
    path: "/api/v0/ssh/",
    // Not billed, but a repeat makes a second row of the same key (recorded 2026-09-05).
    effect: "rents",
    minIntervalSeconds: 1,
    confidential: true,
    answer: KeyAnswer,
  },
  update: {
    method: "PUT",
    path: "/api/v0/ssh/{id}/",
    effect: "idempotent",
    minIntervalSeconds: 1,
    confidential: true,
    answer: Done,
  },
  delete: { method: "DELETE", path: "/api/v0/ssh/{id}/", effect: "idempotent", minIntervalSeconds: 1, answer: Done },
  listOfInstance: {
    method: "GET",
    path: "/api/v0/instances/{instanceId}/ssh/",
    effect: "read",
    minIntervalSeconds: 1,
    confidential: true,
    answer: InstanceKeysAnswer,
  },
  attach: {
    method: "POST",
    path: "/api/v0/instances/{instanceId}/ssh/",
    effect: "idempotent",
    minIntervalSeconds: 1,
    answer: Done,
  },
  detach: {
    method: "DELETE",
    path: "/api/v0/instances/{instanceId}/ssh/{keyId}/",
    effect: "idempotent",
    minIntervalSeconds: 2,
    answer: Done,
  },
} satisfies Record<string, Endpoint>;

/** Calls about SSH keys: those of the account, and those inside an instance. All can throw what every call can. */
export function sshKeysApi(send: Send) {
  return {
    /** The account's keys, without deleted ones. Vast answers 404 with these words when there is none (documented). */
    list: async (signal?: AbortSignal): Promise<WireSshKey[]> => {
      try {
        return (await send(sshKeyEndpoints.list, { signal })).filter(({ isDeleted }) => !isDeleted);
      } catch (error) {
        if (error instanceof ApiError && error.status === 404 && /^no ssh keys?\b/i.test(error.refusal.said)) return [];
        throw error;
      }
    },

    /** Adds a key to the account. Not idempotent: a repeat makes a second row, so look before asking again. */
    create: async (publicKey: string, signal?: AbortSignal): Promise<WireSshKey> =>
      (await send(sshKeyEndpoints.create, { body: { ssh_key: publicKey }, signal })).key,

    /** Puts another key in the place of one; its id stays. */
    update: async (id: number, publicKey: string, signal?: AbortSignal): Promise<void> => {
      await send(sshKeyEndpoints.update, { params: { id }, body: { ssh_key: publicKey }, signal });
    },

    /** Takes a key out of the account. A key that is not there is 400 `no_ssh_key` (documented). */
    delete: async (id: number, signal?: AbortSignal): Promise<"deleted" | "absent"> => {
      try {
        await send(sshKeyEndpoints.delete, { params: { id }, signal });
        return "deleted";
      } catch (error) {
        if (isMissingKey(error)) return "absent";
        throw error;
      }
    },

    /** The keys inside an instance; undefined when there is no such instance, or not yet. */
    listOfInstance: async (instanceId: number, signal?: AbortSignal): Promise<WireInstanceKey[] | undefined> => {
      try {
        return await send(sshKeyEndpoints.listOfInstance, { params: { instanceId }, signal });
      } catch (error) {
        if (error instanceof NotFoundError) return undefined;
        throw error;
      }
    },

    /**
     * Puts a key into an instance, given as its whole text. Vast puts every key of the account into a new instance by itself, and then
     * answers 200 with `success: false` (vast-api.md §7): where it says "already" the key is there. Any other refusal is thrown; look
     * with `listOfInstance` before believing it. Throws NotFoundError when there is no such instance, or not yet.
     */
    attach: async (instanceId: number, publicKey: string, signal?: AbortSignal): Promise<"attached" | "already"> => {
      try {
        await send(sshKeyEndpoints.attach, { params: { instanceId }, body: { ssh_key: publicKey }, signal });
        return "attached";
      } catch (error) {
        if (error instanceof ApiError && error.status < 500 && /\balready\b/i.test(error.refusal.said))
          return "already";
        throw error;
      }
    },

    /**
     * Takes a key out of an instance. `absent`: the instance or the key is not there. Some absent keys are answered with 500
     * `delete_ssh_from_instance` (documented), which is thrown: look with `listOfInstance` first.
     */
    detach: async (instanceId: number, keyId: number, signal?: AbortSignal): Promise<"detached" | "absent"> => {
      try {
        await send(sshKeyEndpoints.detach, { params: { instanceId, keyId }, signal });
        return "detached";
      } catch (error) {
        if (error instanceof NotFoundError) return "absent";
        throw error;
      }
    },
  };
}
export type SshKeysApi = ReturnType<typeof sshKeysApi>;

/** Vast's words for an id of the account's that is none. */
export function isMissingKey(error: unknown): boolean {
  return error instanceof NotFoundError || (error instanceof ApiError && error.code === "no_ssh_key");
}

function isoTime(time: number | string | null | undefined): string | undefined {
  if (time === null || time === undefined) return undefined;
  const date = new Date(typeof time === "number" ? time * 1000 : time);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
