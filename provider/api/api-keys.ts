import { z } from "zod";
import type { Endpoint, Send } from "./endpoint.js";
import type { PermissionsDocument } from "./permissions.js";
import { wireId } from "./wire-types.js";

/** The key stands in this one answer and in no other. What is said of its permissions is left out: Vast expands them in its own way. */
const CreateAnswer = z.object({ id: wireId, key: z.string().min(1) });

export const apiKeyEndpoints = {
  // Not billed, but a repeat makes a second key (vast-api.md §1.6), and the first one is never shown again.
  create: {
    method: "POST",
    path: "/api/v0/auth/apikeys/",
    effect: "rents",
    minIntervalSeconds: 2,
    confidential: true,
    answer: CreateAnswer,
  },
} satisfies Record<string, Endpoint>;

/** What a key is made of. A key never changes afterwards: another set of permissions is another key (vast-api.md §2.13). */
export interface ApiKeyRequest {
  /** Up to 255 characters, for the list of keys. */
  readonly name: string;
  readonly permissions: PermissionsDocument;
}

/** Calls about API keys. */
export function apiKeysApi(send: Send) {
  return {
    /** Makes a key and answers it; needs the permission `user_write`. */
    create: (request: ApiKeyRequest, signal?: AbortSignal): Promise<{ id: number; key: string }> =>
      send(apiKeyEndpoints.create, { body: request, signal }),
  };
}
export type ApiKeysApi = ReturnType<typeof apiKeysApi>;
