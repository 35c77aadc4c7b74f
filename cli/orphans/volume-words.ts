import type { OrphanVolume } from "../../provider/orphan-volumes.js";
import { formerText, missingText, newerText, sameText, unknownText } from "./words.js";

/** What an orphaned volume is to the states that were given, and what can become of it. */
export function volumeAdviceOf(volume: OrphanVolume): string {
  const unmarked = volume.isMarked
    ? ""
    : " Its name has no mark: once that instance is gone, this command does not find it.";
  return `${whose(volume)}${heldText(volume)}${unmarked}`;
}

function heldText({ mountedBy, isInUseByUnknown }: OrphanVolume): string {
  if (isInUseByUnknown) return " Vast says that it is in use: it cannot end now.";
  if (mountedBy.length === 0) return "";
  const [noun, verb] = mountedBy.length === 1 ? ["instance", "has"] : ["instances", "have"];
  return ` It cannot end before ${noun} ${mountedBy.join(", ")}, which ${verb} it mounted.`;
}

function whose({ row, token, owner, formerUrn, isTakenUp, doubt }: OrphanVolume): string {
  if (formerUrn !== undefined) return formerText(formerUrn);
  if (owner === undefined) return unknownText(token);
  const same = sameText(owner);
  if (doubt === "newer than the state") return newerText(owner);
  if (doubt === "owner not in the account") return missingText(owner);
  const atWork = doubt === "under way" ? "a `pulumi up` may be at work on it; " : "";
  if (isTakenUp)
    return `${same}: ${atWork ? `${atWork}if none is, the next one` : "the next `pulumi up`"} takes it over when its size and machine fit.`;
  return (
    `${same}${owner.id === undefined ? "" : `, which has ${owner.noun} ${owner.id}`}: ${atWork}it holds what was written to it. ` +
    `Mount it with \`volumeId: ${row.id}\`, take it into a stack with \`adoptVolumeId: ${row.id}\`, or end it by --volumes.`
  );
}
