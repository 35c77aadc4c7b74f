import { SettingsError } from "../../provider/errors.js";
import { isFreeAfter, type OrphanVolume } from "../../provider/orphan-volumes.js";
import type { Orphan } from "../../provider/orphans.js";
import type { Flags } from "./flags.js";
import type { Survey } from "./survey.js";

/** Anything billed that stands in no given state. */
export type Found = Orphan | OrphanVolume;

/** What is to be ended. */
export interface Choice {
  readonly contracts: readonly Orphan[];
  readonly volumes: readonly OrphanVolume[];
}

/** Chooses what `--destroy` ends with these flags: no volume without `--volumes`, for it holds data, and none that stays mounted. */
export function choose({ orphans, volumes }: Pick<Survey, "orphans" | "volumes">, flags: Flags): Choice {
  const isChosen = isChosenBy(flags);
  const contracts = orphans.filter(isChosen);
  const ending = idSet(contracts);
  return {
    contracts,
    volumes: flags.volumes ? volumes.filter((each) => isChosen(each) && isFreeAfter(each, ending)) : [],
  };
}

/** What of a choice another look still bears out, when these contracts have ended meanwhile. */
export function stillChosen(choice: Choice, again: Survey, flags: Flags, ended: ReadonlySet<number>): Choice {
  const isChosen = isChosenBy(flags);
  const find = <F extends Found>(one: F, others: readonly F[]) =>
    others.find((other) => other.row.id === one.row.id && other.row.label === one.row.label && isChosen(other));
  const contracts = choice.contracts.filter((one) => find(one, again.orphans));
  const gone = new Set([...ended, ...idSet(contracts)]);
  const volumes = choice.volumes.filter((one) => {
    const now = find(one, again.volumes);
    return now !== undefined && isFreeAfter(now, gone);
  });
  return { contracts, volumes };
}

/** Throws SettingsError when `--only` names what is no orphan, or a volume without `--volumes`. */
export function checkNamed({ only = [], volumes: mayLoseData }: Flags, { orphans, volumes }: Survey): void {
  const isNamed = ({ row }: Found) => only.includes(String(row.id));
  const strange = only.filter((id) => ![...orphans, ...volumes].some(({ row }) => String(row.id) === id));
  if (strange.length > 0) {
    throw new SettingsError(
      `--only names ${strange.join(", ")}, which is none of the orphans found: it stands in a given state, has no mark, or is gone already. ` +
        "Nothing was ended. Name ids of the list.",
    );
  }
  if (mayLoseData || !volumes.some(isNamed)) return;
  const ids = volumes.filter(isNamed).map(({ row }) => row.id);
  throw new SettingsError(
    `--only names ${ids.join(", ")}, which is a volume and may hold data. Nothing was ended. Add --volumes to end it with all its data.`,
  );
}

/** Whether an orphan may be ended: one that is named, else any without a doubt, or with `--all` any. */
function isChosenBy({ only, all, yes }: Flags): (orphan: Found) => boolean {
  if (only) return ({ row }) => only.includes(String(row.id));
  // In a wrong account everything is somebody else's: there nobody but a person who has read the warning can mean all.
  return ({ doubt }) => doubt === undefined || (all === true && !(yes && doubt === "other account"));
}

/** The ids of orphans. */
export function idSet(orphans: readonly Found[]): Set<number> {
  return new Set(orphans.map(({ row }) => row.id));
}
