import type { Account } from "../../provider/account/account.js";
import { isOtherAccount } from "../../provider/orphan-doubts.js";
import { dollarsPerHourNow, findOrphans, isMarked, type Orphan } from "../../provider/orphans.js";
import { type GivenState, readState, type StateSource } from "../state/sources.js";
import { entriesIn } from "./instances.js";

/** What one look at the account and at the states has shown. */
export interface Survey {
  readonly states: readonly GivenState[];
  readonly orphans: readonly Orphan[];
  /** How many contracts of the account carry the mark, orphans included. */
  readonly marked: number;
  /** How many instances stand in the states. */
  readonly inStates: number;
  /** The account has none of them. */
  readonly isOtherAccount: boolean;
}

/**
 * Looks for orphans; calls nothing but GET. The contracts are read before the states: what is made in between is not seen, while the
 * other way round it would look like an orphan.
 */
export async function survey(
  account: Account,
  sources: readonly StateSource[],
  env: NodeJS.ProcessEnv,
): Promise<Survey> {
  const contracts = await account.contracts();
  const states: GivenState[] = [];
  for (const source of sources) states.push(await readState(source, env));
  const entries = entriesIn(states);
  const idsInStates = new Set(entries.flatMap(({ contractId, isOutdated }) => (isOutdated ? [] : (contractId ?? []))));
  return {
    states,
    orphans: findOrphans(contracts, entries, account.clock.now()),
    marked: contracts.filter(isMarked).length,
    inStates: idsInStates.size,
    isOtherAccount: isOtherAccount(entries, new Set(contracts.map(({ id }) => id))),
  };
}

/** What orphans cost together, $/h; those of unknown price are left out. */
export function dollarsPerHourOf(orphans: readonly Orphan[]): number {
  return orphans.reduce((total, { row }) => total + (dollarsPerHourNow(row) ?? 0), 0);
}
