import type { WireInstanceKey } from "../../api/ssh-keys.js";
import { defineLifecycle } from "../../engine/lifecycle.js";
import type { Bag } from "../../engine/values.js";
import { VastError } from "../../errors.js";
import { type Runtime, thisProcess } from "../../runtime.js";
import { attachKey } from "./attach.js";
import { onChange, same } from "./changes.js";
import { checkInstanceSshKey } from "./check.js";
import { detachKey } from "./detach.js";
import type { InstanceSshKeyInputs } from "./inputs.js";
import { attachmentOf, findKey, fingerprintIn } from "./reference.js";

/** The lifecycle of a key inside an instance: attach, detach. */
export function instanceSshKeyLifecycle(runtime: Runtime = thisProcess) {
  /** What creates of this process found or attached. */
  const taken = new Set<string>();

  return defineLifecycle<InstanceSshKeyInputs>(
    {
      name: "InstanceSshKey",
      isFree: true,
      check: checkInstanceSshKey,
      onChange,
      same,
      kept: ["ownerToken"],
      shown: () => {},

      create: async (inputs, operation) => {
        const { id, row } = await attachKey(runtime.accountOf(operation), inputs, operation);
        taken.add(id);
        return { id, outputs: outputsOf(row) };
      },

      read: async (id, before, operation) => {
        const attachment = attachmentOf(id);
        const { instanceId } = attachment;
        const { sshKeys } = runtime.accountOf(operation).client;
        const rows = (await sshKeys.listOfInstance(instanceId, operation.signal)) ?? [];
        const row = findKey(rows, attachment, textOf(before));
        if (row) return { instanceId, ...outputsOf(row) };
        // Without an instance in the state the program asked for an attachment by its id, and absence is its mistake.
        if (before.instanceId !== undefined) return undefined;
        throw new VastError(
          "no_such_ssh_key",
          `Instance ${instanceId} does not exist in this account, or has no key ${attachment.key}. Nothing was changed. Correct the id.`,
        );
      },

      // Every input replaces; what comes here is an attachment that did not show when it was made.
      update: async (_id, _before, wanted, operation) =>
        outputsOf((await attachKey(runtime.accountOf(operation), wanted, operation)).row),

      delete: async (id, before, operation) => {
        if (taken.has(id)) {
          operation.warn(`The key ${id} now belongs to another resource of the stack and stays in the instance.`);
          return;
        }
        const attachment = attachmentOf(id);
        const { instanceId } = attachment;
        const find = (rows: readonly WireInstanceKey[]) => findKey(rows, attachment, textOf(before));
        await detachKey(runtime.accountOf(operation), instanceId, find, operation.signal);
      },
    },
    runtime.context,
  );
}

/** What Pulumi's dynamic host loads. */
export const provider = instanceSshKeyLifecycle();

/** A row without a text that is a key keeps what the program said. */
function outputsOf({ id, publicKey }: WireInstanceKey): Bag {
  const fingerprint = fingerprintIn(publicKey);
  return { sshKeyId: id, ...(fingerprint === undefined ? {} : { publicKey, fingerprint }) };
}

function textOf({ publicKey }: Bag): string | undefined {
  return typeof publicKey === "string" ? publicKey : undefined;
}
