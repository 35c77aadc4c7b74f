// An SSH key of the account that exists as inputs, outputs and arguments of a resource: for `pulumi-vastai import`.
import type { Account } from "../../account/account.js";
import type { WireSshKey } from "../../api/ssh-keys.js";
import { type Found, type ImportOptions, importRecord, ownedBecause } from "../../engine/import-record.js";
import { parsePublicKey } from "../../public-key.js";
import { checkSshKey } from "./check.js";
import { markedLine, tokenIn } from "./mark.js";
import { sshKeyFacts } from "./outputs.js";

/** The SSH keys of an account for import. */
export const sshKeyImport = {
  find: async (account: Account, id: string, options: ImportOptions): Promise<Found | undefined> => {
    const row = (await account.sshKeys()).find((key) => String(key.id) === id);
    return row && importSshKey(row, options);
  },
  all: async (account: Account, options: ImportOptions): Promise<Found[]> =>
    (await account.sshKeys()).map((row) => importSshKey(row, options)),
};

/** One key for import. One without a mark was in the account before the stack, and stays there when its resource is deleted. */
function importSshKey(row: WireSshKey, { takeOver }: ImportOptions): Found {
  const id = String(row.id);
  const facts = sshKeyFacts(row);
  const knownAs = facts.comment ?? "";
  const key = parsePublicKey(row.publicKey);
  const token = "problem" in key ? undefined : tokenIn(key.comment);
  if (token !== undefined && !takeOver) {
    return { is: "refused", id, knownAs, why: "owned", because: ownedBecause("key", `pulumi:${token}`) };
  }
  const adopted = token === undefined;
  return importRecord(checkSshKey, {
    id,
    knownAs,
    args: { publicKey: markedLine(row.publicKey, undefined) },
    ownerToken: token,
    outputs: { ...facts, adopted },
    notes: adopted ? ["It was in the account before: deleting this resource leaves it there."] : [],
  });
}
