import type { Account } from "../../../account/account.js";
import type { WireInstance } from "../../../api/instance-row.js";

/** How long one answer serves everybody who asks: the engine asks about one resource after another. */
const FRESH_MS = 30_000;
/** What a preview may wait for it, all its resources together as long as the answer is fresh. */
const LIMIT_MS = 10_000;

/** An instance as it is now, as far as a quick look tells. */
export type Glance =
  /** `isTold`: it is what a refresh of this process has seen and told a moment ago. */
  | { readonly is: "seen"; readonly row: WireInstance; readonly isTold: boolean }
  | { readonly is: "missing" }
  | { readonly is: "unknown" };

/** Quick looks at instances whose state says that something is wrong with them: what a refresh found can be over. */
export interface Glances {
  /** A refresh of this process looked at it, and told what it found. */
  note(row: WireInstance, now: number): void;
  /** Never fails. */
  of(account: Account, id: number, signal: AbortSignal): Promise<Glance>;
}

/** Makes what a process has seen. One list of the account serves all who ask within seconds, and none after a refresh. */
export function createGlances(): Glances {
  const noted = new Map<number, { readonly row: WireInstance; readonly at: number }>();
  let last: { readonly account: Account; readonly at: number; readonly rows: Promise<WireInstance[]> } | undefined;

  function listOf(account: Account, signal: AbortSignal): Promise<WireInstance[]> {
    const now = account.clock.now();
    if (last?.account !== account || now - last.at >= FRESH_MS) {
      last = { account, at: now, rows: account.contracts(signal) };
    }
    return last.rows;
  }

  return {
    note: (row, now) => noted.set(row.id, { row, at: now }),
    of: async (account, id, signal) => {
      const { clock } = account;
      const old = noted.get(id);
      if (old !== undefined && clock.now() - old.at < FRESH_MS) return { is: "seen", row: old.row, isTold: true };
      const limit = clock.timeLimit(LIMIT_MS);
      const bounded = AbortSignal.any([limit.signal, signal]);
      try {
        const listed = (await listOf(account, bounded)).find((row) => row.id === id);
        const row = listed ?? (await account.look(id, bounded));
        return row === undefined ? { is: "missing" } : { is: "seen", row, isTold: false };
      } catch {
        // An update looks again, and says what is wrong.
        return { is: "unknown" };
      } finally {
        limit.cancel();
      }
    },
  };
}
