import { endpoints } from "../../provider/api/client.js";
import {
  type Permission,
  type PermissionsDocument,
  permissionOf,
  permissionsDocument,
} from "../../provider/api/permissions.js";

/** What a key is made for. */
export type Purpose = "preview" | "deploy";

/** The permissions of a key and what is to be said about them. */
export interface KeyPlan {
  /** Default name in Vast's list of keys. */
  readonly name: string;
  readonly permissions: PermissionsDocument;
  /** What the key is for, and what it cannot do. */
  readonly about: string;
}

const READS = endpoints.filter(({ effect }) => effect === "read");
// The command itself makes keys; no program does.
const WORK = endpoints.filter(({ path }) => !path.includes("/apikeys/"));

/**
 * The least permissions for a purpose, from what each route needs. `instancesOnly` is for programs without Template, SshKey and EnvVar,
 * whose key then cannot make further keys.
 */
export function planFor(purpose: Purpose, instancesOnly = false): KeyPlan {
  if (purpose === "preview") {
    return {
      name: "pulumi-preview",
      // `misc` would let it rent by PUT /launch_instance/ (vast-api.md §2.13); offers can be searched without a key.
      permissions: permissionsDocument(needsOf(READS).filter((permission) => permission !== "misc")),
      about:
        "For `pulumi preview --refresh`, drift checks and `pulumi-vastai orphans`: it reads, and cannot rent, change or end anything. " +
        "Offers are searched without a key, which cannot be done for offers of volumes. A preview without --refresh needs no key at all.",
    };
  }
  const permissions = needsOf(WORK).filter((permission) => !(instancesOnly && permission === "user_write"));
  return {
    name: "pulumi-deploy",
    permissions: permissionsDocument(permissions),
    about: instancesOnly
      ? "For `pulumi up` and `pulumi destroy` of instances, volumes and keys inside instances: it spends the account's money."
      : "For `pulumi up` and `pulumi destroy` of everything: it spends the account's money, and user_write lets it make further keys. " +
        "A program without Template, SshKey and EnvVar can do without that: add --instances-only.",
  };
}

function needsOf(some: readonly Parameters<typeof permissionOf>[0][]): Permission[] {
  return some.flatMap((endpoint) => permissionOf(endpoint) ?? []);
}
