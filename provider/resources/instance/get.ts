import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../../account/account.js";
import type { WireInstance } from "../../api/instance-row.js";
import type { InstanceListQuery } from "../../api/instances.js";
import { VastError } from "../../errors.js";
import { type LookupOptions, type LookupOutputOptions, lookupAccount, lookupOutput } from "../../lookup.js";
import type { PulumiArgs } from "../../pulumi-args.js";
import { type InstanceFacts, liveFacts, rentedFacts } from "./outputs.js";
import { mountsOf, type ShownMount } from "./volumes/shown-mounts.js";

/** One instance as a lookup answers it. What Vast does not tell is left out. */
export interface InstanceDetails extends Omit<InstanceFacts, "jupyterToken" | "jupyterUrl"> {
  /** The label as it stands on Vast, this provider's mark included. */
  readonly label?: string;
  readonly image?: string;
  readonly args?: readonly string[];
  readonly templateHash?: string;
  /** The volumes in its container. */
  readonly mountedVolumes?: readonly ShownMount[];
  /** Load at the moment, in percent. */
  readonly gpuUtilizationPercent?: number;
  readonly cpuUtilizationPercent?: number;
  /** Degrees Celsius. */
  readonly gpuTemperatureCelsius?: number;
  readonly memoryUsedGb?: number;
  readonly memoryLimitGb?: number;
  readonly diskUsedGb?: number;
  readonly uptimeMinutes?: number;
  /** The least bid that would run there now, in $/h. */
  readonly minBidDollarsPerHour?: number;
  /** Price in the present state, in $/h. */
  readonly dollarsPerHourNow?: number;
  /** Only with `includeSecrets`. */
  readonly jupyterToken?: string;
  readonly jupyterUrl?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly onstart?: string;
}

export interface GetInstanceArgs {
  /** Id of the contract. */
  instanceId: number;
  /** Answer the notebook's token and address, environment and start script too; the `…Output` form is then secret. Default false. */
  includeSecrets?: boolean;
}

/** Looks up one instance of the account. Throws when there is none of this id. */
export async function getInstance(args: GetInstanceArgs, opts: LookupOptions = {}): Promise<InstanceDetails> {
  return lookUp(args, await lookupAccount(opts));
}

/** {@link getInstance} for arguments that are outputs. */
export function getInstanceOutput(
  args: PulumiArgs<GetInstanceArgs>,
  opts: LookupOutputOptions = {},
): pulumi.Output<InstanceDetails> {
  return markSecret(args, lookupOutput(pulumi.output(args) as pulumi.Output<GetInstanceArgs>, opts, lookUp));
}

async function lookUp({ instanceId, includeSecrets }: GetInstanceArgs, account: Account): Promise<InstanceDetails> {
  const row = await account.look(instanceId);
  if (row) return detailsOf(row, includeSecrets);
  throw new VastError(
    "no_such_instance",
    `getInstance: there is no instance ${instanceId} in this account. Correct the id.`,
  );
}

export interface GetInstancesArgs {
  /**
   * Conditions on columns that Vast stores with the contract, in its own names: `{ actual_status: { eq: "running" } }`, `{ label:
   * { in: ["a", "b"] } }`. Operators: eq, neq, gt, gte, lt, lte, in, notin. Computed columns (dph_total, num_gpus) are refused by Vast.
   */
  filters?: Record<string, Record<string, unknown>>;
  /** Vast's column names and directions. Default by id. */
  orderBy?: { column: string; direction: "asc" | "desc" }[];
  /** Answer only these columns of Vast's; the rest is left out. Default all. */
  columns?: string[];
  /** The most rows to answer; pages of 25 are read as needed. Default all. */
  limit?: number;
  /** Go on after the `nextToken` of an earlier answer. */
  afterToken?: string;
  /** Answer notebook tokens, environments and start scripts too; the `…Output` form is then secret. Default false. */
  includeSecrets?: boolean;
}

export interface GetInstancesResult {
  readonly instances: readonly InstanceDetails[];
  /** How many instances the filters let through, whatever the limit. */
  readonly totalInstances: number;
  /** How many of the answered ones have each label; those without one stand under the empty text. */
  readonly labelCounts: Readonly<Record<string, number>>;
  /** Where to go on when the limit cut the answer. */
  readonly nextToken?: string;
}

/** Looks up the instances of the account, page by page. */
export async function getInstances(args: GetInstancesArgs = {}, opts: LookupOptions = {}): Promise<GetInstancesResult> {
  return lookUpMany(args, await lookupAccount(opts));
}

/** {@link getInstances} for arguments that are outputs. */
export function getInstancesOutput(
  args: PulumiArgs<GetInstancesArgs> = {},
  opts: LookupOutputOptions = {},
): pulumi.Output<GetInstancesResult> {
  return markSecret(args, lookupOutput(pulumi.output(args) as pulumi.Output<GetInstancesArgs>, opts, lookUpMany));
}

/** A bound on the pages of one lookup: 10,000 instances. */
const MOST_PAGES = 400;

async function lookUpMany(args: GetInstancesArgs, { client }: Account): Promise<GetInstancesResult> {
  const query: InstanceListQuery = {
    ...(args.filters ? { select_filters: args.filters } : {}),
    ...(args.orderBy
      ? { order_by: args.orderBy.map(({ column, direction }) => ({ col: column, dir: direction })) }
      : {}),
    // Without its id a row says nothing.
    ...(args.columns ? { select_cols: [...new Set(["id", ...args.columns])] } : {}),
  };
  const most = args.limit ?? Number.POSITIVE_INFINITY;
  if (!(most >= 1))
    throw new VastError("invalid_args", `getInstances: limit is ${most}; it must be at least 1, or left out for all.`);
  const rows: WireInstance[] = [];
  let token = args.afterToken;
  let total = 0;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const limit = Math.min(25, most - rows.length);
    const answer = await client.instances.list({ ...query, limit, ...(token ? { after_token: token } : {}) });
    rows.push(...answer.instances);
    total = answer.total_instances ?? rows.length;
    token = answer.next_token ?? undefined;
    if (token === undefined || rows.length >= most) break;
  }
  const labelCounts: Record<string, number> = {};
  for (const { label } of rows) labelCounts[label ?? ""] = (labelCounts[label ?? ""] ?? 0) + 1;
  const instances = rows.map((row) => detailsOf(row, args.includeSecrets));
  return { instances, totalInstances: total, labelCounts, ...(token ? { nextToken: token } : {}) };
}

function detailsOf(row: WireInstance, includeSecrets = false): InstanceDetails {
  const { jupyterToken, jupyterUrl, ...live } = liveFacts(row);
  const details = {
    ...rentedFacts(row),
    ...live,
    label: row.label,
    image: row.image_uuid,
    args: row.image_args,
    templateHash: row.template_hash_id,
    mountedVolumes: row.extra_env ? mountsOf(row) : null,
    gpuUtilizationPercent: row.gpu_util,
    cpuUtilizationPercent: row.cpu_util,
    gpuTemperatureCelsius: row.gpu_temp,
    memoryUsedGb: row.mem_usage,
    memoryLimitGb: row.mem_limit,
    // -1 stands for unknown (vast-api.md §2.3).
    diskUsedGb: row.disk_usage === -1 ? null : row.disk_usage,
    uptimeMinutes: row.uptime_mins,
    minBidDollarsPerHour: row.min_bid,
    dollarsPerHourNow: row.instance?.totalHour,
    ...(includeSecrets ? { jupyterToken, jupyterUrl, env: row.extra_env, onstart: row.onstart } : {}),
  };
  const told = Object.entries(details).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(told) as unknown as InstanceDetails;
}

function markSecret<T>(args: { includeSecrets?: unknown }, result: pulumi.Output<T>): pulumi.Output<T> {
  return args.includeSecrets === undefined || args.includeSecrets === false
    ? result
    : (pulumi.secret(result) as pulumi.Output<T>);
}
