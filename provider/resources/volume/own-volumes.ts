import { TOKEN } from "../../account/identity.js";
import type { WireVolume } from "../../api/volumes.js";
import type { Bag } from "../../engine/values.js";

/** Vast's own rule for names; another is answered with 422 (vast-api.md §2.10). */
export const VOLUME_NAME = /^[A-Za-z0-9_]{1,64}$/;
const LONGEST_NAME = 64;

/**
 * Output of a replacement: the ids that stood in the state for this resource when it was made. The engine shows an old volume that waits
 * for its deletion only when it deletes it; until then no create may take it for a left-over.
 */
export const REPLACED = "replacedIds";

/** What this process has learnt of the stack from the engine. */
export interface VolumeView {
  /** Volumes in the state, and those that this process has made: no create may take one for its own. */
  readonly idsInState: Set<number>;
  /** Those of each resource, by its token. */
  readonly idsOf: Map<string, Set<number>>;
  /** Volumes that the program of this run lets go with what they hold. */
  readonly consented: Set<number>;
  /** Ends when the clone before is known: a clone is told only by what appears in the list. */
  cloneBefore: Promise<unknown>;
}

/** A view of a stack of which nothing is known yet. */
export function emptyVolumeView(): VolumeView {
  return { idsInState: new Set(), idsOf: new Map(), consented: new Set(), cloneBefore: Promise.resolve() };
}

/** Takes note of a volume that stands in the state, or will. */
export function noteVolume(view: VolumeView, id: number, outputs: Bag): void {
  const token = String(outputs.ownerToken ?? "");
  const own = view.idsOf.get(token) ?? new Set();
  view.idsOf.set(token, own);
  const replaced = Array.isArray(outputs[REPLACED]) ? outputs[REPLACED].map(Number) : [];
  for (const known of [id, ...replaced]) {
    view.idsInState.add(known);
    own.add(known);
  }
}

/**
 * The default name: the resource's, as far as Vast's letters go, and the token. A replacement on the machine of its predecessor gets a
 * number behind it, since a machine mounts volumes by name.
 */
export function defaultName(resourceName: string, token: string, taken: readonly WireVolume[]): string {
  const names = new Set(taken.map(({ label }) => label));
  for (let number = 1; ; number += 1) {
    const end = `_${token}${number === 1 ? "" : `_${number}`}`;
    const stem = resourceName.replace(/[^A-Za-z0-9_]+/g, "_").slice(0, LONGEST_NAME - end.length);
    const name = `${stem}${end}`;
    if (!names.has(name)) return name;
  }
}

/** Whether a name is one that {@link defaultName} makes for this token. */
export function isMarkedName(name: string | null | undefined, token: string): boolean {
  return token !== "" && new RegExp(`_${token}(_\\d+)?$`).test(name ?? "");
}

/** Whether nobody has named a volume: clones never are. */
export function isUnnamed(id: number, label: string | null | undefined): boolean {
  return !label || label === `V.${id}`;
}

/** The token in a name that {@link defaultName} makes, whoever's it is. */
export function tokenIn(name: string): string | undefined {
  return new RegExp(`_(${TOKEN})(?:_\\d+)?$`).exec(name)?.[1];
}
