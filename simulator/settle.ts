import { type Account, contractsOf, creditEndsAt } from "./accounts.js";
import { destroy, stop, takeStep } from "./contracts/life.js";
import { nowOf, type State } from "./state.js";

const DELETED_AFTER_END_MS = 48 * 3_600_000;

/** Something that is due. */
interface Due {
  readonly at: number;
  readonly happen: () => void;
}

/**
 * Lets everything happen that was due up to now, each at its own moment and in order, and returns now. There are no
 * timers: the world catches up whenever somebody looks, so it is exact under any clock.
 */
export function settle(state: State): number {
  const now = nowOf(state);
  for (let due = nextDue(state); due !== undefined && due.at <= now; due = nextDue(state)) {
    state.settledAt = Math.max(state.settledAt, due.at);
    due.happen();
  }
  state.settledAt = Math.max(state.settledAt, now);
  return now;
}

function nextDue(state: State): Due | undefined {
  let first: Due | undefined;
  const consider = (at: number | undefined, happen: () => void) => {
    if (at !== undefined && (first === undefined || at < first.at)) first = { at, happen };
  };
  for (const contract of state.contracts.values()) {
    if (contract.destroyedAt !== null) continue;
    for (const step of contract.steps) consider(step.at, () => takeStep(state, contract, step));
    const { endsAt } = contract;
    if (contract.condition.intended === "running") consider(endsAt, () => stop(state, contract, state.settledAt));
    consider(endsAt + DELETED_AFTER_END_MS, () => destroy(state, contract, state.settledAt));
  }
  for (const account of state.accounts) {
    const at = creditEndsAt(state, account);
    consider(at, () => stopAll(state, account, at ?? state.settledAt));
  }
  return first;
}

/** Vast stops what runs when the money is gone; the disks go on being paid. */
function stopAll(state: State, account: Account, at: number): void {
  for (const contract of contractsOf(state, account.number)) {
    if (contract.destroyedAt === null && contract.condition.intended === "running") stop(state, contract, at);
  }
}
