import type { Account } from "../../account/account.js";
import type { WireInstanceKey } from "../../api/ssh-keys.js";
import type { Operation } from "../../engine/lifecycle.js";
import { ApiError, AuthError, NotFoundError, NotReadyError, VastError } from "../../errors.js";
import { lookUntil } from "../../wait.js";
import type { InstanceSshKeyInputs } from "./inputs.js";
import { type Attachment, attachmentId, findKey, fingerprintIn } from "./reference.js";

/** A fresh instance answers as if it were not there for up to a minute (vast-api.md §4 row 36); a key may take as long to show. */
const GRACE_MS = 60_000;
const LOOK_EVERY_MS = 5_000;
/** How long a key may take to show that Vast put in by itself. */
const SETTLE_MS = 15_000;

/** What create ends with: the resource's id, and the key as Vast shows it. */
export interface Attached {
  readonly id: string;
  readonly row: WireInstanceKey;
}

/**
 * Puts a key into an instance and waits until it shows there. Vast puts every key of the account into a new instance by itself, so the
 * instance is looked at first, and after a refusal again: it may refuse what it has done already (vast-api.md §7).
 */
export async function attachKey(
  account: Account,
  inputs: InstanceSshKeyInputs,
  operation: Operation,
): Promise<Attached> {
  const { client, clock } = account;
  const { instanceId } = inputs;
  const { signal, progress } = operation;
  const publicKey = inputs.publicKey ?? (await textOfKey(account, inputs.sshKeyId ?? 0, operation));
  const wanted: Attachment = { instanceId, key: inputs.sshKeyId ?? fingerprintIn(publicKey) ?? "" };
  const look = async () => findKey((await client.sshKeys.listOfInstance(instanceId, signal)) ?? [], wanted, publicKey);
  const made = (row: WireInstanceKey): Attached => ({ id: attachmentId({ instanceId, key: row.id }), row });

  const there = await look();
  if (there) return made(there);

  const deadline = clock.now() + GRACE_MS;
  const options = { everyMs: LOOK_EVERY_MS, deadline, signal };
  const accepted = await lookUntil(clock, () => attachOnce(), options);
  if (accepted === undefined) throw noInstance(instanceId);

  operation.exists(attachmentId(wanted), {});
  progress("waiting until the key shows in the instance");
  const row = await lookUntil(clock, look, { ...options, deadline: clock.now() + GRACE_MS });
  if (row) return made(row);
  throw new NotReadyError(
    "not_attached",
    `Vast took the key ${wanted.key} for instance ${instanceId} and does not show it there. It costs nothing and stays in the stack. ` +
      "Run `pulumi up --refresh` to look again and attach it anew, or reboot the instance.",
  );

  async function attachOnce(): Promise<true | undefined> {
    try {
      await client.sshKeys.attach(instanceId, publicKey, signal);
      return true;
    } catch (error) {
      // Not there, or not yet.
      if (error instanceof NotFoundError) return undefined;
      if (!(error instanceof ApiError) || error instanceof AuthError) throw error;
      // Under 200 it may refuse what it has done, and show it a little later.
      const patienceMs = error.status === 200 ? SETTLE_MS : 0;
      if (await lookUntil(clock, look, { ...options, deadline: clock.now() + patienceMs })) return true;
      throw error;
    }
  }
}

/** The text of a key of the account, which is what the attach call wants. */
async function textOfKey(account: Account, sshKeyId: number, { signal }: Operation): Promise<string> {
  const row = (await account.sshKeys(signal)).find(({ id }) => id === sshKeyId);
  if (row) return row.publicKey;
  throw new VastError(
    "no_such_ssh_key",
    `There is no SSH key ${sshKeyId} in this account. Nothing was changed. Correct \`sshKeyId\`, or give the key itself as \`publicKey\`.`,
  );
}

function noInstance(instanceId: number): VastError {
  return new VastError(
    "no_such_instance",
    `There is no instance ${instanceId} in this account, so no key was put into it. Nothing was changed. Correct \`instanceId\`, or run ` +
      "`pulumi up --refresh` if the instance was destroyed outside.",
  );
}
