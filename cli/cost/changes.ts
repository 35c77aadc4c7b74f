import { type Kind, typeToken } from "../../provider/kinds.js";
import { nameOf } from "../state/export.js";
import type { ResourceState, Step } from "./preview.js";

/** Nouns that Vast bills. */
export type BilledKind = Extract<Kind, "Instance" | "Volume">;

/** What a preview does with one resource that Vast bills. */
export interface PlannedChange {
  readonly urn: string;
  readonly kind: BilledKind;
  /** The resource's name, after its parent's where two have the same. */
  readonly name: string;
  readonly change: "new" | "deleted" | "replaced" | "updated" | "same";
  /** As it exists now; undefined for one that is new. */
  readonly now: ResourceState | undefined;
  /** As the program wants it; undefined for one that is deleted. */
  readonly wanted: ResourceState | undefined;
}

const KINDS: readonly BilledKind[] = ["Instance", "Volume"];
/**
 * Steps that are a part of another one's, or end nothing that is billed. A refresh shows what stood in the state before: what it has found is
 * the old state of the step that follows (see test/fixtures/preview/refresh.json).
 */
const ASIDE = [
  "delete-replaced",
  "discard",
  "discard-replaced",
  "read",
  "read-replacement",
  "refresh",
  "remove-pending-replace",
];
const CHANGES: Readonly<Record<string, PlannedChange["change"]>> = {
  create: "new",
  import: "new",
  "create-replacement": "replaced",
  "import-replacement": "replaced",
  replace: "replaced",
  delete: "deleted",
  update: "updated",
};

/** What a preview does with everything that Vast bills: what changes first, then by name. */
export function plannedChanges(steps: readonly Step[]): PlannedChange[] {
  const byUrn = new Map<string, Step[]>();
  for (const step of steps) {
    if (kindOf(step) !== undefined) byUrn.set(step.urn, [...(byUrn.get(step.urn) ?? []), step]);
  }
  const changes = [...byUrn].flatMap(([urn, own]) => [...changeOf(urn, own), ...leftOver(urn, own)]);
  const isUnique = (name: string) => changes.filter((each) => each.name === name).length === 1;
  return changes
    .map((each) => (isUnique(each.name) ? each : { ...each, name: withParent(each) }))
    .sort((a, b) => rankOf(a) - rankOf(b) || compare(a.name, b.name) || compare(a.urn, b.urn));
}

function changeOf(urn: string, steps: readonly Step[]): PlannedChange[] {
  const main = steps.filter(({ op }) => !ASIDE.includes(op));
  // Where there are several, the last one knows most: the first may be what a refresh has found.
  const last = main.at(-1);
  const now = last?.oldState ?? undefined;
  const isReplaced = main.some(({ op }) => CHANGES[op] === "replaced");
  const change = isReplaced ? "replaced" : (CHANGES[last?.op ?? ""] ?? "same");
  const wanted = change === "deleted" ? undefined : (last?.newState ?? now);
  const shown = wanted ?? now;
  if (shown === undefined) return [];
  return [{ ...identity(urn, shown), change: now === undefined ? "new" : change, now, wanted }];
}

/** What an earlier replacement has left behind: it is billed until this run deletes it. */
function leftOver(urn: string, steps: readonly Step[]): PlannedChange[] {
  const replaced = new Set(steps.filter(({ op }) => op !== "delete-replaced").map(({ oldState }) => oldState?.id));
  return steps.flatMap(({ op, oldState }) =>
    op === "delete-replaced" && oldState && !replaced.has(oldState.id)
      ? [{ ...identity(urn, oldState), change: "deleted" as const, now: oldState, wanted: undefined }]
      : [],
  );
}

function identity(urn: string, { type }: ResourceState) {
  return { urn, kind: KINDS.find((kind) => typeToken(kind) === type) ?? "Instance", name: nameOf(urn) };
}

/** What a program only reads is another's: its stack neither makes nor ends it. */
function kindOf({ oldState, newState }: Step): BilledKind | undefined {
  const state = newState ?? oldState;
  if (!state || state.external) return undefined;
  return KINDS.find((kind) => typeToken(kind) === state.type);
}

function withParent({ name, kind, now, wanted }: PlannedChange): string {
  const parent = (wanted ?? now)?.parent;
  const isBelowStack = !parent || parent.includes("::pulumi:pulumi:Stack::");
  return isBelowStack ? `${name} (${kind})` : `${nameOf(parent)}/${name}`;
}

function rankOf({ change }: PlannedChange): number {
  return change === "same" ? 1 : 0;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
