import type { Operation } from "../../../engine/lifecycle.js";
import { entriesWith } from "../../../engine/stack-state.js";
import { noteShown, type StackView } from "./stack-view.js";

/**
 * Asks Pulumi itself whether contracts that the engine has not shown stand in the state, and takes note of those that do. A create for `--replace`, a
 * taint or `replaceWith` is shown nothing of the machine that it replaces. Answers whether that is known now; without a doubt nobody is asked.
 */
export async function learnOf(
  contracts: readonly { readonly id: number }[],
  view: StackView,
  { readState }: Pick<Operation, "readState">,
): Promise<boolean> {
  const doubtful = new Set(contracts.map(({ id }) => id).filter((id) => !view.idsInState.has(id)));
  const entries = await entriesWith(doubtful, "Instance", readState);
  for (const { id, outputs, isLeaving, isOwn } of entries ?? []) {
    noteShown(view, id, outputs);
    const token = String(outputs.ownerToken ?? "");
    // That of a resource with another name by now only has the same token still.
    if (isLeaving || !isOwn) view.standing.delete(id);
    if (isOwn && !isLeaving && !view.current.has(token)) view.current.set(token, id);
  }
  return entries !== undefined;
}
