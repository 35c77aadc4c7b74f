import { z } from "zod";
import { PropertyBag } from "../pulumi-json.js";
import { parseJson } from "../text.js";

/** One resource as a Pulumi state has it, or an operation that began and whose end the state does not know. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  /** Undefined while it is being created. */
  readonly id: string | undefined;
  /** `creating`: a create began; either it is under way or it was cut off. `leaving`: only waits for its end. */
  readonly stage: "creating" | "standing" | "leaving";
  /** Only read by the program (`Instance.get`): its stack does not end it. */
  readonly isExternal: boolean;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** A stack, as far as it is known which: the last part of its name, and its project. */
export interface StackName {
  readonly name: string;
  readonly project: string | undefined;
}

/** What a state holds. */
export interface StateReading {
  readonly resources: readonly StateResource[];
  /** The stacks that its resources belong to: one, or none when it is empty. */
  readonly stacks: readonly StackName[];
  /** Up to when it is true, in milliseconds since 1970: `Infinity` for one that was asked just now. */
  readonly trueUntil: number;
}

const Resource = z.looseObject({
  urn: z.string(),
  type: z.string(),
  id: z.string().nullish(),
  external: z.boolean().nullish(),
  delete: z.boolean().nullish(),
  pendingReplacement: z.boolean().nullish(),
  inputs: PropertyBag,
  outputs: PropertyBag,
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
  return {
    resources: [
      ...(resources ?? []).map((resource) => resourceOf(resource, stageOf(resource))),
      ...(operations ?? []).map(({ type, resource }) =>
        resourceOf(resource, type === "creating" ? "creating" : stageOf(resource)),
      ),
    ],
    stacks: stacksOf(resources ?? []),
    trueUntil: live ? Number.POSITIVE_INFINITY : Date.parse(manifest?.time ?? "") || 0,
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

function stacksOf(resources: readonly Resource[]): StackName[] {
  const starts = new Set(resources.map(({ urn }) => urn.split("::").slice(0, 2).join("::")));
  return [...starts].flatMap((start) => {
    const name = stackOf(start);
    return name === undefined ? [] : [{ name, project: start.split("::")[1] }];
  });
}

function resourceOf(resource: Resource, stage: StateResource["stage"]): StateResource {
  const { urn, type, id, external, inputs, outputs } = resource;
  return { urn, type, id: id || undefined, stage, isExternal: external === true, inputs, outputs };
}

function stageOf(resource: Resource): StateResource["stage"] {
  // A pending replacement was ended already; only its successor is to come.
  return resource.delete || resource.pendingReplacement ? "leaving" : "standing";
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
