import { z } from "zod";
import { ApiError, NotFoundError } from "../errors.js";
import type { Endpoint, Send } from "./endpoint.js";
import { looseText } from "./wire-types.js";

const Done = z.object({ success: z.literal(true), msg: looseText });

/** Values come masked; should one ever not be, it is dropped here. */
const NamesAnswer = z
  .object({ secrets: z.record(z.string(), z.unknown()) })
  .transform(({ secrets }) => Object.keys(secrets));

const WRITES = { path: "/api/v0/secrets/", minIntervalSeconds: 3, confidential: true, answer: Done } as const;

export const secretEndpoints = {
  names: {
    method: "GET",
    path: "/api/v0/secrets/",
    effect: "read",
    minIntervalSeconds: 5,
    confidential: true,
    answer: NamesAnswer,
  },
  // Not billed, but a repeat answers `existing_key`, and nobody could say any more whose it is.
  create: { method: "POST", effect: "rents", ...WRITES },
  update: { method: "PUT", effect: "idempotent", ...WRITES },
  delete: { method: "DELETE", effect: "idempotent", ...WRITES },
} satisfies Record<string, Endpoint>;

/**
 * Calls about the account's environment variables, which Vast calls secrets and puts into every new instance. Keys are made upper-case by
 * the server. Errors never hold a value, also where the server repeats it.
 */
export function secretsApi(send: Send) {
  return {
    /** The names; values are masked. */
    names: (signal?: AbortSignal): Promise<string[]> => send(secretEndpoints.names, { signal }),

    /** Adds a variable. Throws ApiError `existing_key` when there is one of this name. */
    create: async (key: string, value: string, signal?: AbortSignal): Promise<void> => {
      await send(secretEndpoints.create, { body: { key, value }, secrets: [value], signal });
    },

    /** Sets the value of a variable that exists. Throws ApiError `nonexistent_key` when there is none. */
    update: async (key: string, value: string, signal?: AbortSignal): Promise<void> => {
      await send(secretEndpoints.update, { body: { key, value }, secrets: [value], signal });
    },

    /** Takes a variable out of the account. One that is not there is 400 `nonexistent_key` (documented). */
    delete: async (key: string, signal?: AbortSignal): Promise<"deleted" | "absent"> => {
      try {
        // Name and all stand in the body, also of a DELETE.
        await send(secretEndpoints.delete, { body: { key }, signal });
        return "deleted";
      } catch (error) {
        if (isMissingVariable(error)) return "absent";
        throw error;
      }
    },
  };
}
export type SecretsApi = ReturnType<typeof secretsApi>;

/** Vast's words for a name that is not in the account. */
export function isMissingVariable(error: unknown): boolean {
  return error instanceof NotFoundError || (error instanceof ApiError && error.code === "nonexistent_key");
}
