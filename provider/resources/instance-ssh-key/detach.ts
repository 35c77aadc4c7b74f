import type { Account } from "../../account/account.js";
import type { WireInstanceKey } from "../../api/ssh-keys.js";
import { ApiError, AuthError } from "../../errors.js";

/**
 * Takes a key out of an instance; one that is not there is taken out already. Vast may answer 500 for such a one (vast-api.md §2.7), so
 * it is asked only for what is there, and after a refusal looked at again.
 */
export async function detachKey(
  account: Account,
  instanceId: number,
  find: (rows: readonly WireInstanceKey[]) => WireInstanceKey | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { sshKeys } = account.client;
  const look = async () => find((await sshKeys.listOfInstance(instanceId, signal)) ?? []);
  const row = await look();
  if (!row) return;
  try {
    await sshKeys.detach(instanceId, row.id, signal);
  } catch (error) {
    if (!(error instanceof ApiError) || error instanceof AuthError || (await look())) throw error;
  }
}
