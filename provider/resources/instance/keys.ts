import type { Account } from "../../account/account.js";
import type { WireInstanceKey } from "../../api/ssh-keys.js";
import type { Operation } from "../../engine/lifecycle.js";
import type { Bag } from "../../engine/values.js";
import { ApiError, messageOf, VastError } from "../../errors.js";
import { isSamePublicKey } from "../../public-key.js";
import { attachKey } from "../instance-ssh-key/attach.js";
import { detachKey } from "../instance-ssh-key/detach.js";
import { findKey, fingerprintIn } from "../instance-ssh-key/reference.js";
import type { InstanceInputs } from "./inputs.js";

/** Output: the fingerprints of the keys that this resource put into the instance, and that it may take out again. */
export const ATTACHED = "attachedSshKeys";

type KeyInputs = Partial<Pick<InstanceInputs, "sshKeyIds" | "sshPublicKeys">>;

/** Whether the program names any key. */
function namesKeys({ sshKeyIds, sshPublicKeys }: KeyInputs): boolean {
  return (sshKeyIds ?? []).length + (sshPublicKeys ?? []).length > 0;
}

/** The keys that the program names, as texts, each once. Throws for an id that is none of the account's. */
export async function keyTexts(account: Account, inputs: KeyInputs, { signal }: Operation): Promise<string[]> {
  const { sshKeyIds = [], sshPublicKeys = [] } = inputs;
  const known = sshKeyIds.length === 0 ? [] : await account.sshKeys(signal);
  const ofAccount = sshKeyIds.map((id) => {
    const row = known.find((key) => key.id === id);
    if (row) return row.publicKey;
    throw new VastError(
      "no_such_ssh_key",
      `sshKeyIds names ${id}, and there is no such SSH key in this account; a team has none. Nothing was rented or changed. Correct the id, or give the ` +
        "key itself in `sshPublicKeys`.",
    );
  });
  const all = [...ofAccount, ...sshPublicKeys];
  return all.filter((text, i) => all.findIndex((other) => isSamePublicKey(other, text)) === i);
}

/**
 * Puts the keys into an instance that are not there, and takes out those that this resource had put in and the program no longer names: one
 * call after the other. Answers the fingerprints of what it has put in; `record` is told of each step.
 */
export async function putKeys(
  account: Account,
  instanceId: number,
  texts: readonly string[],
  before: readonly string[],
  operation: Operation,
  record: (attached: readonly string[]) => void,
): Promise<readonly string[]> {
  const { signal } = operation;
  let attached = before;
  const note = (fingerprints: readonly string[]) => {
    attached = fingerprints;
    record(fingerprints);
  };
  try {
    const rows = (await account.client.sshKeys.listOfInstance(instanceId, signal)) ?? [];
    for (const publicKey of texts.filter((text) => !isIn(rows, text))) {
      operation.progress(`putting an SSH key into instance ${instanceId}`);
      // What is attached is the instance's business: the key is no resource of its own here.
      await attachKey(account, { instanceId, publicKey }, { ...operation, exists: () => {} });
      note([...attached, ...[fingerprintIn(publicKey)].flatMap((fingerprint) => fingerprint ?? [])]);
    }
    const wanted = texts.map(fingerprintIn);
    for (const key of attached.filter((fingerprint) => !wanted.includes(fingerprint))) {
      operation.progress(`taking an SSH key out of instance ${instanceId}`);
      await detachKey(account, instanceId, (keys) => findKey(keys, { key }), signal);
      note(attached.filter((fingerprint) => fingerprint !== key));
    }
    return attached;
  } catch (error) {
    throw inWords(instanceId, error);
  }
}

/** Brings the SSH keys of an instance to what the program names. Nothing is asked where neither the program nor the state has one. */
export async function syncKeys(
  account: Account,
  id: number,
  before: Bag,
  wanted: InstanceInputs,
  operation: Operation,
): Promise<Bag> {
  const mine = attachedIn(before);
  if (!namesKeys(wanted) && mine.length === 0) return {};
  const texts = await keyTexts(account, wanted, operation);
  return { [ATTACHED]: await putKeys(account, id, texts, mine, operation, () => {}) };
}

/** What a refresh finds of the keys that the program names: those that are gone are left out, so that the next `up` puts them in again. */
export async function readKeys(
  account: Account,
  instanceId: number,
  before: KeyInputs & Bag,
  operation: Operation,
): Promise<Bag> {
  if (!namesKeys(before)) return {};
  const { sshKeyIds = [], sshPublicKeys = [] } = before;
  const rows = await account.client.sshKeys.listOfInstance(instanceId, operation.signal);
  if (rows === undefined) return {};
  const ofAccount = sshKeyIds.length === 0 ? [] : await account.sshKeys(operation.signal);
  const textOf = (id: number) => ofAccount.find((key) => key.id === id)?.publicKey;
  const idsThere = sshKeyIds.filter((id) => findKey(rows, { key: id }, textOf(id)) !== undefined);
  const keysThere = sshPublicKeys.filter((text) => isIn(rows, text));
  const gone = sshKeyIds.length - idsThere.length + sshPublicKeys.length - keysThere.length;
  if (gone === 0) return {};
  operation.warn(
    `${gone === 1 ? "An SSH key" : `${gone} SSH keys`} of the program ${gone === 1 ? "is" : "are"} not in instance ${instanceId} any more: somebody took it out. ` +
      "It costs nothing. The next `pulumi up` puts it in again.",
  );
  const mine = attachedIn(before).filter((key) => findKey(rows, { key }) !== undefined);
  return { sshKeyIds: idsThere, sshPublicKeys: keysThere, [ATTACHED]: mine };
}

/** The fingerprints that the state has. */
function attachedIn({ [ATTACHED]: fingerprints }: Bag): readonly string[] {
  return Array.isArray(fingerprints) ? fingerprints.map(String) : [];
}

/** Whether two lists of ids name the same keys. */
export function sameKeyIds(before: readonly number[] | undefined, wanted: readonly number[] | undefined): boolean {
  return isSameSet(before ?? [], wanted ?? [], (a, b) => a === b);
}

/** Whether two lists hold the same keys, whatever their order and comments. */
export function samePublicKeys(before: readonly string[] | undefined, wanted: readonly string[] | undefined): boolean {
  return isSameSet(before ?? [], wanted ?? [], isSamePublicKey);
}

function isSameSet<T>(some: readonly T[], others: readonly T[], same: (a: T, b: T) => boolean): boolean {
  const isWithin = (inner: readonly T[], outer: readonly T[]) => inner.every((a) => outer.some((b) => same(a, b)));
  return isWithin(some, others) && isWithin(others, some);
}

function isIn(rows: readonly WireInstanceKey[], text: string): boolean {
  return rows.some(({ publicKey }) => isSamePublicKey(publicKey, text));
}

/** A team's refusal in words; what needs none stays as it is. */
function inWords(instanceId: number, error: unknown): unknown {
  const isTeams =
    error instanceof ApiError && /team_ssh_keys_not_supported/.test(`${error.code} ${error.refusal.said}`);
  if (!isTeams) return error;
  return new VastError(
    "team_ssh_keys_not_supported",
    `The API key belongs to a team, and Vast takes no SSH keys for a team's instances: ${messageOf(error)} Nothing was put into instance ${instanceId}. ` +
      "Use the API key of a person's own account (`vastai:apiKey`), or leave `sshKeyIds` and `sshPublicKeys` out and write the key into " +
      "~/.ssh/authorized_keys by `onstart`.",
  );
}
