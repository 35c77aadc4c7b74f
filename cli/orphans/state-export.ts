import { z } from "zod";
import type { StateEntry } from "../../provider/orphans.js";

/** The type of an instance in every state. */
const INSTANCE_TYPE = "pulumi-nodejs:dynamic/vastai:Instance";

/** What a state says of instances. */
export interface StateReading {
  readonly entries: readonly StateEntry[];
  /** The stacks that its resources belong to: one, or none when it is empty. */
  readonly stacks: readonly string[];
}

const Resource = z.looseObject({
  urn: z.string(),
  type: z.string(),
  id: z.string().nullish(),
  external: z.boolean().nullish(),
  delete: z.boolean().nullish(),
  pendingReplacement: z.boolean().nullish(),
  inputs: z.record(z.string(), z.unknown()).nullish(),
  outputs: z.record(z.string(), z.unknown()).nullish(),
});
type Resource = z.infer<typeof Resource>;

const Deployment = z.looseObject({
  manifest: z.looseObject({ time: z.string().nullish() }).nullish(),
  resources: z.array(Resource).nullish(),
  pending_operations: z.array(z.looseObject({ type: z.string(), resource: Resource })).nullish(),
});

/** What `pulumi stack export` writes. Another version could keep resources where they are not looked for. */
const Export = z.looseObject({ version: z.union([z.literal(3), z.literal(4)]), deployment: Deployment.nullable() });

/**
 * Reads an export; one that is not `live` is true up to the moment at which Pulumi wrote it. Throws with what it is instead; the text
 * is never repeated, because it may hold secrets.
 */
export function readExport(text: string, live: boolean): StateReading {
  const parsed = Export.safeParse(parseJson(text));
  if (!parsed.success) throw new Error(flawOf(parseJson(text), parsed.error));
  const { resources, pending_operations: operations, manifest } = parsed.data.deployment ?? {};
  const trueUntil = live ? Number.POSITIVE_INFINITY : Date.parse(manifest?.time ?? "") || 0;
  const entries = [
    ...(resources ?? []).map((resource) => entryOf(resource, stageOf(resource), trueUntil)),
    ...(operations ?? []).map(({ type, resource }) => {
      const stage = type === "creating" ? "creating" : stageOf(resource);
      return entryOf(resource, stage, trueUntil);
    }),
  ];
  return {
    entries: entries.filter((entry) => entry !== undefined),
    stacks: [...new Set((resources ?? []).flatMap(({ urn }) => stackOf(urn) ?? []))],
  };
}

/** The stack in a URN. */
export function stackOf(urn: string): string | undefined {
  return /^urn:pulumi:(.*?)::/.exec(urn)?.[1];
}

/** The resource's name in a URN. */
export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::") || urn;
}

function entryOf(resource: Resource, stage: StateEntry["stage"], trueUntil: number): StateEntry | undefined {
  const { urn, type, id, external } = resource;
  // What a program only reads (`Instance.get`) is not ended by its stack: somebody else has to look after it.
  if (type !== INSTANCE_TYPE || external) return undefined;
  const token = [resource.inputs, resource.outputs].map((bag) => bag?.ownerToken).find(isToken);
  const timeouts = z.looseObject({ createMinutes: z.number() }).safeParse(resource.inputs?.timeouts);
  return {
    urn,
    token,
    contractId: /^\d+$/.test(id ?? "") ? Number(id) : undefined,
    stage,
    createMinutes: timeouts.data?.createMinutes,
    trueUntil,
  };
}

function stageOf(resource: Resource): StateEntry["stage"] {
  // A pending replacement was ended already; only its successor is to come.
  return resource.delete || resource.pendingReplacement ? "leaving" : "standing";
}

function isToken(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-f]{12}$/.test(value);
}

function flawOf(content: unknown, error: z.ZodError): string {
  if (content === undefined) return "it is not JSON";
  const keys = typeof content === "object" && content !== null ? Object.keys(content) : [];
  if (keys.includes("checkpoint")) return "it is a checkpoint out of a state folder and not an export";
  if (!keys.includes("version") || !keys.includes("deployment")) return "it is JSON, but not the export of a stack";
  const [issue] = error.issues;
  if (issue?.path[0] === "version") return "its version is not 3 or 4, the ones that this release can read";
  return `it has something unexpected at \`${issue?.path.join(".")}\``;
}

function parseJson(text: string): unknown {
  try {
    // PowerShell puts a byte order mark before what it writes.
    return JSON.parse(text.replace(/^\uFEFF/, "")) as unknown;
  } catch {
    return undefined;
  }
}
