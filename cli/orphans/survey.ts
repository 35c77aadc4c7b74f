import type { Account } from "../../provider/account/account.js";
import { isOtherAccount, type Noun } from "../../provider/orphan-doubts.js";
import { findOrphanVolumes, type OrphanVolume } from "../../provider/orphan-volumes.js";
import { findOrphans, idsOf, isMarked, type Orphan } from "../../provider/orphans.js";
import { tokenIn } from "../../provider/resources/volume/own-volumes.js";
import { type GivenState, readState, type StateSource } from "../state/sources.js";
import { entriesIn } from "./entries.js";

/** What one look at the account and at the states has shown. */
export interface Survey {
  readonly states: readonly GivenState[];
  readonly orphans: readonly Orphan[];
  readonly volumes: readonly OrphanVolume[];
  /** How much of the account carries the mark, orphans included. */
  readonly marked: Readonly<Record<Noun, number>>;
  /** How much stands in the states. */
  readonly inStates: Readonly<Record<Noun, number>>;
  /** The account has nothing of that. */
  readonly isOtherAccount: boolean;
}

/**
 * Looks for orphans; calls nothing but GET. The account is read before the states: what is made in between is not seen, while the other way
 * round it would look like an orphan. `before` are volumes of an earlier look, as {@link findOrphanVolumes} takes them.
 */
export async function survey(
  account: Account,
  sources: readonly StateSource[],
  env: NodeJS.ProcessEnv,
  before: readonly OrphanVolume[] = [],
): Promise<Survey> {
  const billed = { contracts: await account.contracts(), volumes: await account.volumes() };
  const states: GivenState[] = [];
  for (const source of sources) states.push(await readState(source, env));
  const entries = entriesIn(states);
  const now = account.clock.now();
  const orphans = findOrphans(billed, entries, now);
  const idsInStates = (wanted: Noun) =>
    new Set(entries.flatMap(({ noun, id, isOutdated }) => (noun === wanted && !isOutdated ? (id ?? []) : [])));
  return {
    states,
    orphans,
    volumes: findOrphanVolumes(billed, orphans, entries, now, before),
    marked: {
      instance: billed.contracts.filter(isMarked).length,
      volume: billed.volumes.filter(({ label }) => tokenIn(label ?? "") !== undefined).length,
    },
    inStates: { instance: idsInStates("instance").size, volume: idsInStates("volume").size },
    isOtherAccount: isOtherAccount(entries, idsOf(billed)),
  };
}
