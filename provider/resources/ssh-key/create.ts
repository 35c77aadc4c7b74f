import type { Account } from "../../account/account.js";
import { isUnknownOutcome } from "../../api/retry.js";
import type { WireSshKey } from "../../api/ssh-keys.js";
import type { Operation } from "../../engine/lifecycle.js";
import { CancelledError } from "../../errors.js";
import { isSamePublicKey } from "../../public-key.js";
import { lookUntil } from "../../wait.js";
import type { SshKeyInputs } from "./inputs.js";
import { carriesMark, markedLine } from "./mark.js";
import { existsAlready, leftWithAnotherKey, unknownOutcome } from "./messages.js";

/** How often it is asked for in all, when answers are lost and the key does not show. */
const MOST_TRIES = 3;
/** How long a key may take to show after its answer was lost. */
const GRACE_MS = 30_000;
const LOOK_EVERY_MS = 5_000;

/**
 * Brings a key into the account, or finds it there. Vast makes a second row of the same key when asked twice (recorded 2026-09-05), so the
 * account is looked at before and after each unknown outcome. `idsInState` are left out: they are somebody's in this stack, who deletes them.
 */
export async function createSshKey(
  account: Account,
  idsInState: ReadonlySet<number>,
  { publicKey, ownerToken, onExisting }: SshKeyInputs,
  { signal, progress }: Operation,
): Promise<{ row: WireSshKey; adopted: boolean }> {
  const strangers = async () => (await account.sshKeys(signal)).filter((row) => !idsInState.has(row.id));
  const isEqual = (row: WireSshKey) => isSamePublicKey(row.publicKey, publicKey);
  const isOurs = (row: WireSshKey) => carriesMark(row.publicKey, ownerToken);

  const before = await strangers();
  // An earlier run made it and was cut off before it could say so.
  const left = before.filter(isOurs);
  const different = left.find((row) => !isEqual(row));
  if (different) throw leftWithAnotherKey(different);
  if (left[0]) return { row: left[0], adopted: false };
  const existing = before.find(isEqual);
  if (existing && onExisting === "refuse") throw existsAlready(existing);
  if (existing) return { row: existing, adopted: true };

  const { client, clock } = account;
  const line = markedLine(publicKey, ownerToken);
  for (let tried = 1; ; tried += 1) {
    try {
      return { row: { ...(await client.sshKeys.create(line, signal)), publicKey: line }, adopted: false };
    } catch (error) {
      if (!isUnknownOutcome(error)) throw error;
      progress("the answer was lost; looking whether the key is there");
      const options = { everyMs: LOOK_EVERY_MS, deadline: clock.now() + GRACE_MS, signal };
      const found = await lookUntil(
        clock,
        async () => (await strangers()).find((row) => isOurs(row) && isEqual(row)),
        options,
      ).catch((lookError) => {
        throw lookError instanceof CancelledError ? lookError : unknownOutcome(error);
      });
      if (found) return { row: found, adopted: false };
      if (tried >= MOST_TRIES) throw unknownOutcome(error);
    }
  }
}
