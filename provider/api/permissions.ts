import { routeOf } from "./endpoint.js";

/** A category of permissions of an API key; `misc` is everything that Vast put in no other (vast-api.md §2.13). */
export type Permission = "misc" | "instance_read" | "instance_write" | "user_read" | "user_write";

/** Vast's own form: the empty object gives the whole category. */
export interface PermissionsDocument {
  readonly api: { readonly [Category in Permission]?: Readonly<Record<string, never>> };
}

/** Which permission each route needs, from the table in Vast's own client (scripts/data/api_scopes.json); null: it needs no key at all. */
const PERMISSIONS: Readonly<Record<string, Permission | null>> = {
  "GET /api/v0/instances/{}/": "instance_read",
  "GET /api/v1/instances/": "instance_read",
  "GET /api/v0/instances/": "instance_read",
  "PUT /api/v0/asks/{}/": "instance_write",
  "PUT /api/v0/instances/{}/": "instance_write",
  "PUT /api/v0/instances/": "instance_write",
  "DELETE /api/v0/instances/{}/": "instance_write",
  "DELETE /api/v0/instances/": "instance_write",
  "PUT /api/v0/instances/update_template/{}/": "instance_write",
  "PUT /api/v0/instances/bid_price/{}/": "instance_write",
  "PUT /api/v0/instances/reboot/{}/": "instance_write",
  "PUT /api/v0/instances/recycle/{}/": "instance_write",
  // Asks for a file of the log, and changes nothing.
  "PUT /api/v0/instances/request_logs/{}/": "instance_read",
  "GET /api/v0/instances/pending-price-increases/": "instance_read",
  "GET /api/v0/instances/{}/ssh/": "instance_read",
  "POST /api/v0/instances/{}/ssh/": "instance_write",
  "DELETE /api/v0/instances/{}/ssh/{}/": "instance_write",
  "POST /api/v0/bundles/": "misc",
  "GET /api/v0/bundles/": "misc",
  "PUT /api/v0/search/asks/": "misc",
  // Not in the table.
  "GET /api/v0/gpu_names/unique/": null,
  "GET /api/v0/volumes/": "instance_read",
  "PUT /api/v0/volumes/": "instance_write",
  "DELETE /api/v0/volumes/": "instance_write",
  "POST /api/v0/volumes/copy/": "instance_write",
  "POST /api/v0/volumes/search/": "misc",
  "GET /api/v0/template/": "user_read",
  "POST /api/v0/template/": "user_write",
  "PUT /api/v0/template/": "user_write",
  "PUT /api/v1/template/": "user_write",
  "DELETE /api/v0/template/": "user_write",
  "GET /api/v0/users/current/": "user_read",
  "GET /api/v0/ssh/": "user_read",
  "POST /api/v0/ssh/": "user_write",
  "PUT /api/v0/ssh/{}/": "user_write",
  "DELETE /api/v0/ssh/{}/": "user_write",
  "GET /api/v0/secrets/": "user_read",
  "POST /api/v0/secrets/": "user_write",
  "PUT /api/v0/secrets/": "user_write",
  "DELETE /api/v0/secrets/": "user_write",
  "GET /api/v0/auth/apikeys/": "user_read",
  "POST /api/v0/auth/apikeys/": "user_write",
  "GET /api/v0/auth/apikeys/{}/": "user_read",
  "DELETE /api/v0/auth/apikeys/{}/": "user_write",
};

/**
 * The permission that a route needs; null when it needs none, and undefined for a route that stands in no table. Parameters may have any
 * name.
 */
export function permissionOf(route: Parameters<typeof routeOf>[0]): Permission | null | undefined {
  return PERMISSIONS[routeOf(route).replace(/\{\w+\}/g, "{}")];
}

/** Whole categories in Vast's own form. */
export function permissionsDocument(permissions: Iterable<Permission>): PermissionsDocument {
  return { api: Object.fromEntries([...new Set(permissions)].sort().map((category) => [category, {}])) };
}
