import { type PulumiRun, runPulumi } from "./pulumi-cli.js";
import type { Bag } from "./values.js";

/** One resource of the stack as Pulumi's state has it. */
export interface StateEntry {
  readonly urn: string;
  readonly id: string;
  readonly outputs: Bag;
  /** It was replaced, and only waits for its deletion. */
  readonly isLeaving: boolean;
  /** It is of the very resource for which the state is asked. */
  readonly isOwn: boolean;
}

/**
 * What the state of the stack of this run holds, as the Pulumi CLI tells it; undefined when it cannot be had for certain. It takes a second or two,
 * once in a process: ask only in doubt. What this run itself has recorded may be missing.
 */
export type ReadState = () => Promise<readonly StateEntry[] | undefined>;

/** The entries of a noun (`Instance`) that have one of these ids; undefined when the state cannot be had. Without ids nobody is asked. */
export async function entriesWith(
  ids: ReadonlySet<number>,
  noun: string,
  readState: ReadState,
): Promise<readonly StateEntry[] | undefined> {
  if (ids.size === 0) return [];
  const entries = await readState();
  return entries?.filter(({ urn, id }) => urn.includes(`/vastai:${noun}::`) && ids.has(Number(id)));
}

/** A state can be large, and its backend far away. */
const LIMIT_MS = 60_000;

/**
 * Reads the state of the stack to which a URN belongs. The engine does not show everything: of what is replaced by `--replace`, a taint or `replaceWith`
 * a provider hears nothing before its create, and of what waits for its deletion nothing before its delete.
 */
export function createStateReader(
  run = (args: readonly string[]) => runPulumi(args, undefined, LIMIT_MS),
): (urn: string | undefined) => Promise<readonly StateEntry[] | undefined> {
  let known: Promise<readonly Omit<StateEntry, "isOwn">[] | undefined> | undefined;

  async function read(urn: string) {
    const [, stack = ""] = /^urn:pulumi:(.*?)::/.exec(urn) ?? [];
    // The stack that is selected comes first: it is named in full, with its organization. A command may have named another.
    for (const args of [
      ["stack", "export"],
      ["stack", "export", `--stack=${stack}`],
    ]) {
      const entries = entriesOf(await run(args).catch(() => undefined), urn);
      if (entries !== undefined) return entries;
    }
    return undefined;
  }

  return async (urn) => {
    if (urn === undefined) return undefined;
    known ??= read(urn);
    const asked = known;
    const entries = await asked;
    // A failure may pass.
    if (entries === undefined && known === asked) known = undefined;
    return entries?.map((entry) => ({ ...entry, isOwn: entry.urn === urn }));
  };
}

/** The entries of an export; undefined when it is not one of the stack that `urn` names. */
function entriesOf(run: PulumiRun | undefined, urn: string): Omit<StateEntry, "isOwn">[] | undefined {
  if (run?.exitCode !== 0) return undefined;
  const ofStack = urn.split("::").slice(0, 2).join("::");
  const resources = resourcesIn(run.stdout);
  if (resources === undefined || !resources.some((resource) => String(resource.urn).startsWith(`${ofStack}::`)))
    return undefined;
  return resources.flatMap(({ urn, id, outputs, delete: isLeaving, external }) =>
    // What a program only reads is not the stack's to end.
    typeof urn === "string" && typeof id === "string" && external !== true
      ? [{ urn, id, outputs: isBag(outputs) ? outputs : {}, isLeaving: isLeaving === true }]
      : [],
  );
}

function resourcesIn(text: string): Bag[] | undefined {
  try {
    const { deployment } = JSON.parse(text) as { deployment?: { resources?: unknown } };
    const resources = deployment?.resources;
    return Array.isArray(resources) && resources.every(isBag) ? resources : undefined;
  } catch {
    return undefined;
  }
}

function isBag(value: unknown): value is Bag {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
