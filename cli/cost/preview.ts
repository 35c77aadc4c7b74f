import { stripVTControlCharacters } from "node:util";
import { z } from "zod";
import { PropertyBag } from "../pulumi-json.js";
import { parseJson, plain } from "../text.js";

const ResourceState = z.looseObject({
  type: z.string(),
  id: z.string().nullish(),
  external: z.boolean().nullish(),
  parent: z.string().nullish(),
  inputs: PropertyBag,
  outputs: PropertyBag,
  propertyDependencies: z
    .record(z.string(), z.array(z.string()).nullish())
    .nullish()
    .transform((dependencies) => dependencies ?? {}),
});
/** A resource in a preview. Secrets stand in it as "[secret]", and values that are not known yet as Pulumi's marker text. */
export type ResourceState = z.infer<typeof ResourceState>;

const Step = z.looseObject({
  op: z.string(),
  urn: z.string(),
  oldState: ResourceState.nullish(),
  newState: ResourceState.nullish(),
});
/** What is to happen to a resource: `create`, `update`, `replace`, `delete`, `same`, `refresh`, `read` and others. */
export type Step = z.infer<typeof Step>;

/** What `pulumi preview --json` writes. */
const Digest = z.looseObject({
  steps: z.array(Step).nullish(),
  diagnostics: z.array(z.looseObject({ severity: z.string(), message: z.string() })).nullish(),
  changeSummary: z.record(z.string(), z.number()).nullish(),
});

/** A preview that was read. */
export interface Preview {
  readonly steps: readonly Step[];
  /** Resources that it counts and does not show: without `--show-sames` Pulumi leaves out those that do not change. */
  readonly leftOut: number;
}

/** Steps that are counted apart from the resources of the stack, or come before the one that counts. */
const NOT_COUNTED = ["read", "discard", "read-replacement", "refresh"];

/** Reads a preview. Throws with what it is instead, or with why it failed: a preview that failed shows a part of the resources. */
export function readPreview(text: string): Preview {
  const content = parseJson(text);
  const parsed = Digest.safeParse(content);
  if (!parsed.success || (parsed.data.steps == null && parsed.data.changeSummary == null)) {
    throw new Error(flawOf(text, content));
  }
  const { steps, diagnostics, changeSummary } = parsed.data;
  const failure = diagnostics?.find(({ severity }) => severity === "error");
  if (failure !== undefined) throw new Error(`the preview failed: ${firstWords(failure.message)}`);
  const shown = new Set((steps ?? []).filter(({ op }) => !NOT_COUNTED.includes(op)).map(({ urn }) => urn));
  const counted = Object.entries(changeSummary ?? {})
    .filter(([op]) => !NOT_COUNTED.includes(op))
    .reduce((sum, [, count]) => sum + count, 0);
  return { steps: steps ?? [], leftOut: Math.max(0, counted - shown.size) };
}

function firstWords(message: string): string {
  const words = plain(stripVTControlCharacters(message)).trim();
  return words
    .replace(/^error: /, "")
    .replace(/\s+/g, " ")
    .slice(0, 400);
}

function flawOf(text: string, content: unknown): string {
  if (text.trim() === "") return "it is empty";
  const [first = ""] = text.trimStart().split("\n");
  const line = parseJson(first);
  if (typeof line === "object" && line !== null && "sequence" in line) {
    return "it is a stream of the engine's events, as `pulumi up --json` writes it, and not a preview";
  }
  if (content === undefined) return "it is not JSON";
  if (typeof content === "object" && content !== null && "deployment" in content) {
    return "it is the export of a stack and not a preview";
  }
  return "it is JSON, but not what `pulumi preview --json` writes";
}
