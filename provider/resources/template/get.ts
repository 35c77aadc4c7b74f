import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../../account/account.js";
import type { TemplateFilters, WireTemplate } from "../../api/templates.js";
import { VastError } from "../../errors.js";
import { type LookupOptions, type LookupOutputOptions, lookupAccount, lookupOutput } from "../../lookup.js";
import type { PulumiArgs } from "../../pulumi-args.js";
import { type TemplateFacts, templateFacts } from "./outputs.js";
import { readerOf } from "./own-templates.js";
import { observedInputs } from "./read-back.js";

/** One template as a lookup answers it. What Vast does not tell is left out; a registry's password is never part of it. */
export interface TemplateDetails extends TemplateFacts {
  readonly name?: string;
  /** With its tag. */
  readonly image?: string;
  readonly ports?: readonly string[];
  readonly dockerOptions?: readonly string[];
  readonly runtype?: "ssh" | "jupyter" | "jupyterLab" | "args";
  readonly connection?: "direct" | "proxy";
  readonly args?: readonly string[];
  readonly jupyterDir?: string;
  /** Which offers the console shows for it, in Vast's own words and units. */
  readonly offer?: Readonly<Record<string, unknown>>;
  readonly recommendedDiskGb?: number;
  /** As it stands on Vast, without this provider's mark. */
  readonly description?: string;
  readonly readmeVisible?: boolean;
  readonly href?: string;
  readonly repo?: string;
  readonly private?: boolean;
  readonly volumeInfo?: Readonly<Record<string, unknown>>;
  /** How many instances were made of it. */
  readonly countCreated?: number;
  /** Only with `includeSecrets`. */
  readonly env?: Readonly<Record<string, string>>;
  readonly onstart?: string;
}

/** Exactly one of `id`, `hashId` and `name`. */
export interface GetTemplateArgs {
  /** Vast's id of the template. */
  id?: number;
  /** Its present hash. */
  hashId?: string;
  /** Its name; throws when several have it. */
  name?: string;
  /** Look among everybody's public templates too. Default false for a name, else true. */
  includePublic?: boolean;
  /** Answer environment and start script too; the `…Output` form is then secret. Default false. */
  includeSecrets?: boolean;
}

/** Looks up one template. Throws when there is none, or when a name does not say which. */
export async function getTemplate(args: GetTemplateArgs, opts: LookupOptions = {}): Promise<TemplateDetails> {
  return lookUp(args, await lookupAccount(opts));
}

/** {@link getTemplate} for arguments that are outputs. */
export function getTemplateOutput(
  args: PulumiArgs<GetTemplateArgs>,
  opts: LookupOutputOptions = {},
): pulumi.Output<TemplateDetails> {
  return markSecret(args, lookupOutput(pulumi.output(args) as pulumi.Output<GetTemplateArgs>, opts, lookUp));
}

export interface GetTemplatesArgs {
  /**
   * Conditions on columns in Vast's own names: `{ recommended: { eq: true } }`, `{ name: { in: ["a", "b"] } }`. Operators: eq, neq, gt, gte,
   * lt, lte, in, notin.
   */
  filters?: Record<string, Record<string, unknown>>;
  /** Answer everybody's public templates too. Default false: only those of this account. */
  includePublic?: boolean;
  /** Answer environments and start scripts too; the `…Output` form is then secret. Default false. */
  includeSecrets?: boolean;
}

export interface GetTemplatesResult {
  readonly templates: readonly TemplateDetails[];
  /** True when Vast has more: it answers at most 2,048, everybody's public ones among them. Narrow the filters then. */
  readonly truncated: boolean;
}

/** Looks up the account's templates. */
export async function getTemplates(args: GetTemplatesArgs = {}, opts: LookupOptions = {}): Promise<GetTemplatesResult> {
  return lookUpMany(args, await lookupAccount(opts));
}

/** {@link getTemplates} for arguments that are outputs. */
export function getTemplatesOutput(
  args: PulumiArgs<GetTemplatesArgs> = {},
  opts: LookupOutputOptions = {},
): pulumi.Output<GetTemplatesResult> {
  return markSecret(args, lookupOutput(pulumi.output(args) as pulumi.Output<GetTemplatesArgs>, opts, lookUpMany));
}

async function lookUp(args: GetTemplateArgs, account: Account): Promise<TemplateDetails> {
  const { id, hashId, name, includePublic = name === undefined } = args;
  const [wanted, ...more] = Object.entries({ id, hash_id: hashId, name }).filter(([, value]) => value !== undefined);
  if (wanted === undefined || more.length > 0) {
    throw new VastError(
      "invalid_args",
      "getTemplate: give exactly one of `id`, `hashId` and `name`. Nothing was looked up.",
    );
  }
  const [column, value] = wanted;
  const { rows, truncated } = await rowsOf(account, { [column]: { eq: value } }, includePublic);
  // The server does not honour every filter (vast-api.md §4 no. 16).
  const found = rows.filter((row) => row[column as "id" | "hash_id" | "name"] === value);
  const whose = includePublic ? "that this account can see" : "of this account";
  const [row, another] = found;
  if (row === undefined) {
    const cut = truncated ? " Vast has more than it answers, so it may be among the rest: ask by `id`." : "";
    throw new VastError(
      "no_such_template",
      `getTemplate: there is no template ${whose} with ${column} ${value}.${cut} Correct it.`,
    );
  }
  // Equal content has one hash, whoever made it: any of them will do.
  if (another === undefined || column !== "name") return detailsOf(row, args.includeSecrets);
  const ids = found.map((each) => each.id).join(", ");
  throw new VastError(
    "ambiguous_name",
    `getTemplate: several templates ${whose} are named "${name}": ${ids}. Ask by \`id\`.`,
  );
}

async function lookUpMany(args: GetTemplatesArgs, account: Account): Promise<GetTemplatesResult> {
  const { rows, truncated } = await rowsOf(account, args.filters ?? {}, args.includePublic ?? false);
  return { templates: rows.map((row) => detailsOf(row, args.includeSecrets)), truncated };
}

/** Rows that pass the filters, the account's own first. */
async function rowsOf(
  account: Account,
  filters: TemplateFilters,
  includePublic: boolean,
): Promise<{ rows: WireTemplate[]; truncated: boolean }> {
  const me = await readerOf(account).accountId();
  const isOwn = ({ creator_id }: WireTemplate) => creator_id === me;
  const asked = includePublic ? filters : { ...filters, creator_id: { ...filters.creator_id, eq: me } };
  const { rows, truncated } = await account.client.templates.search(asked);
  const own = rows.filter(isOwn);
  return { rows: includePublic ? [...own, ...rows.filter((row) => !isOwn(row))] : own, truncated };
}

function detailsOf(row: WireTemplate, includeSecrets = false): TemplateDetails {
  const {
    descriptionMark: _mark,
    imageLogin: _login,
    env,
    onstart,
    ...inputs
  } = observedInputs(row, { href: "", repo: "" }, "");
  const details = {
    ...inputs,
    ...templateFacts(row),
    countCreated: row.count_created,
    ...(includeSecrets ? { env, onstart } : {}),
  };
  const told = Object.entries(details).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(told) as unknown as TemplateDetails;
}

function markSecret<T>(args: { includeSecrets?: unknown }, result: pulumi.Output<T>): pulumi.Output<T> {
  return args.includeSecrets === undefined || args.includeSecrets === false
    ? result
    : (pulumi.secret(result) as pulumi.Output<T>);
}
