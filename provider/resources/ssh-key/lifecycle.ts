import type { WireSshKey } from "../../api/ssh-keys.js";
import { isMissingKey } from "../../api/ssh-keys.js";
import { defineLifecycle } from "../../engine/lifecycle.js";
import { type Bag, holdsUnknown } from "../../engine/values.js";
import { VastError } from "../../errors.js";
import { isSamePublicKey, parsePublicKey } from "../../public-key.js";
import { type Runtime, thisProcess } from "../../runtime.js";
import { onChange, same } from "./changes.js";
import { checkSshKey } from "./check.js";
import { createSshKey } from "./create.js";
import type { SshKeyInputs } from "./inputs.js";
import { markedLine } from "./mark.js";
import { goneOutside, inWords } from "./messages.js";
import { sshKeyFacts } from "./outputs.js";

/** The lifecycle of an SSH key of the account: add or adopt, change in place, take out. */
export function sshKeyLifecycle(runtime: Runtime = thisProcess) {
  const idsInState = new Set<number>();
  /** What creates of this process found or made. */
  const taken = new Set<number>();

  return defineLifecycle<SshKeyInputs>(
    {
      name: "SshKey",
      isFree: true,
      check: checkSshKey,
      onChange,
      same,
      alsoChanges: (_id, before, wanted) => {
        const changes = before.adopted === true && isOtherKey(before, wanted);
        // A key that was there before is not overwritten: another one is added, and it stays.
        return { changes, replaces: changes ? ["publicKey"] : [] };
      },
      kept: ["ownerToken"],
      shown: (id) => idsInState.add(Number(id)),

      create: async (inputs, operation) => {
        const account = runtime.accountOf(operation);
        const { row, adopted } = await createSshKey(account, idsInState, inputs, operation).catch((error) => {
          throw inWords(error);
        });
        taken.add(row.id);
        return { id: String(row.id), outputs: { ...sshKeyFacts(row), adopted } };
      },

      read: async (id, before, operation) => {
        const rows = await runtime.accountOf(operation).sshKeys(operation.signal);
        const row = rows.find((key) => key.id === Number(id));
        if (row) return { ...refreshedKey(row, before), ...sshKeyFacts(row), adopted: before.adopted ?? false };
        // Only create writes keyId: without it the program asked for a key by its id, and absence is its mistake.
        if (before.keyId !== undefined) return undefined;
        throw new VastError(
          "no_such_ssh_key",
          `There is no SSH key ${id} in this account. Nothing was changed. Correct the id.`,
        );
      },

      update: async (id, before, wanted, operation) => {
        const facts = Object.fromEntries(
          FACTS.flatMap((name) => (before[name] === undefined ? [] : [[name, before[name]]])),
        );
        if (!isOtherKey(before, wanted)) return facts;
        const { client } = runtime.accountOf(operation);
        const publicKey = markedLine(wanted.publicKey, wanted.ownerToken);
        await client.sshKeys.update(Number(id), publicKey, operation.signal).catch((error) => {
          throw isMissingKey(error) ? goneOutside(id) : inWords(error);
        });
        return { ...facts, ...sshKeyFacts({ id: Number(id), publicKey, createdAt: undefined }) };
      },

      delete: async (id, before, operation) => {
        if (before.adopted === true || taken.has(Number(id))) {
          const because =
            before.adopted === true
              ? "was in the account before this stack"
              : "now belongs to another resource of the stack";
          operation.warn(
            `SSH key ${id} ${because} and stays there. It costs nothing; take it out in Vast's console if nobody needs it.`,
          );
          return;
        }
        await runtime.accountOf(operation).client.sshKeys.delete(Number(id), operation.signal);
      },
    },
    runtime.context,
  );
}

/** What Pulumi's dynamic host loads. */
export const provider = sshKeyLifecycle();

/** Outputs that an update without another key leaves as they are. */
const FACTS = ["keyId", "fingerprint", "keyType", "comment", "createdAt", "adopted"] as const;

function isOtherKey(before: Bag, wanted: Bag | SshKeyInputs): boolean {
  const { publicKey } = wanted as Bag;
  return (
    holdsUnknown(publicKey) || !isSamePublicKey(before.publicKey as string | undefined, publicKey as string | undefined)
  );
}

/** The key as it stands on Vast, when it is another: in the program's own spelling as long as it is the same. */
function refreshedKey({ publicKey }: WireSshKey, before: Bag): Bag {
  if ("problem" in parsePublicKey(publicKey)) return {};
  return isSamePublicKey(before.publicKey as string | undefined, publicKey) ? {} : { publicKey };
}
