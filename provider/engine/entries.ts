import type { Bag } from "./values.js";

/**
 * Output of what a create took up instead of making it: when, ISO 8601. It tells the entries of a state apart that have one id: a create that is shown
 * nothing of the entry that it replaces (`--replace`) can take up just that.
 */
export const TAKEN_UP = "takenUpAt";

/** Which entry of the state is the resource, where two have the same id. */
export interface Entries {
  /** This entry is the resource: the engine has shown it as that, or a create of this run has answered it. */
  stands(id: string, outputs: Bag): void;
  /** The thing itself was ended. */
  ended(id: string): void;
  /** What a delete is about: the thing itself; only an `entry` beside that of the resource, which goes on; or something that is `gone`. */
  deleting(id: string, outputs: Bag): "the thing" | "an entry" | "gone";
}

/** Entries of a state of which nothing is known yet. */
export function createEntries(): Entries {
  const marks = new Map<string, unknown>();
  const endedIds = new Set<string>();
  return {
    stands: (id, outputs) => marks.set(id, outputs[TAKEN_UP]),
    ended: (id) => endedIds.add(id),
    deleting: (id, outputs) => {
      const isOther = marks.has(id) && marks.get(id) !== outputs[TAKEN_UP];
      if (!isOther) return "the thing";
      return endedIds.has(id) ? "gone" : "an entry";
    },
  };
}

/** The mark of an entry, which it keeps as long as it stands. */
export function markOf({ [TAKEN_UP]: takenUpAt }: Bag | { readonly [TAKEN_UP]?: unknown }): Bag {
  return takenUpAt === undefined ? {} : { [TAKEN_UP]: takenUpAt };
}
