import type { Operation } from "../../engine/lifecycle.js";
import { entriesWith } from "../../engine/stack-state.js";
import { noteVolume, type VolumeView } from "./own-volumes.js";

/**
 * Asks Pulumi itself whether volumes that the engine has not shown stand in the state, and takes note of those that do: a create for `--replace`, a
 * taint or `replaceWith` is shown nothing of the volume that it replaces. Without a doubt nobody is asked.
 */
export async function learnOf(
  volumes: readonly { readonly id: number }[],
  view: VolumeView,
  { readState }: Pick<Operation, "readState">,
): Promise<void> {
  const doubtful = new Set(volumes.map(({ id }) => id).filter((id) => !view.idsInState.has(id)));
  const entries = await entriesWith(doubtful, "Volume", readState);
  for (const { id, outputs } of entries ?? []) noteVolume(view, Number(id), outputs);
}
