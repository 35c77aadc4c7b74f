import type { Bag } from "./values.js";

/**
 * Output of what a create took up instead of making it: when, ISO 8601. It tells the entries of a state apart that have one id: a create that is shown
 * nothing of the entry that it replaces (`--replace`) can take up just that.
 */
export const TAKEN_UP = "takenUpAt";

/** Which entry of the state is the resource, where two have the same id. */
export interface Entries {
  /** This entry is the resource, and goes on: the engine has shown it as that, or a create of this run has answered it. */
  stands(id: string, outputs: Bag): void;
  /** This entry is the resource, and is to change: by an update, which says that it stands, or by a replacement, of which nobody is told. */
  changes(id: string, outputs: Bag): void;
  /**
   * What a delete is about: the thing itself; only an `entry` beside that of the resource, which goes on; or the `rest` of a resource which is gone, is
   * going, or may go in this run. The engine deletes entries of one resource at once, in any order.
   */
  deleting(id: string, outputs: Bag): "the thing" | "an entry" | "the rest";
}

/** Entries of a state of which nothing is known yet. */
export function createEntries(): Entries {
  const shown = new Map<string, { readonly mark: unknown; readonly goesOn: boolean }>();
  const show = (id: string, { [TAKEN_UP]: mark }: Bag, goesOn: boolean) => void shown.set(id, { mark, goesOn });
  return {
    stands: (id, outputs) => show(id, outputs, true),
    changes: (id, outputs) => show(id, outputs, false),
    deleting: (id, outputs) => {
      const resource = shown.get(id);
      if (resource === undefined) return "the thing";
      if (resource.mark !== outputs[TAKEN_UP]) return resource.goesOn ? "an entry" : "the rest";
      // Also when this delete fails: its own entry stays in the state then, and leads to the thing.
      show(id, outputs, false);
      return "the thing";
    },
  };
}

/** The mark of an entry, which it keeps as long as it stands. */
export function markOf({ [TAKEN_UP]: takenUpAt }: Bag | { readonly [TAKEN_UP]?: unknown }): Bag {
  return takenUpAt === undefined ? {} : { [TAKEN_UP]: takenUpAt };
}
