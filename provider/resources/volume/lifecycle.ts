import { confirmGone, markingKey, refuseElsewhere, seenWith, youngUntil } from "../../account/absence.js";
import type { Account } from "../../account/account.js";
import type { WireVolume } from "../../api/volumes.js";
import { MINUTE_MS } from "../../clock.js";
import { defineLifecycle, type Operation } from "../../engine/lifecycle.js";
import type { Bag } from "../../engine/values.js";
import { type Runtime, thisProcess } from "../../runtime.js";
import { onChange, SIZE_TOLERANCE_GB, same } from "./changes.js";
import { checkVolume } from "./check.js";
import { holdsData, isLetGo, refuseDelete, refuseReplacement, replacingInputs, UNCONFIRMED } from "./consent.js";
import { createVolume, waitForRow } from "./create.js";
import type { VolumeInputs } from "./inputs.js";
import { readBackInputs, volumeFacts } from "./outputs.js";
import { emptyVolumeView, noteVolume } from "./own-volumes.js";
import { removeVolume } from "./remove.js";

/** The lifecycle of a local volume on Vast: rent, keep, give back with consent. Nothing of it can be changed in place. */
export function volumeLifecycle(runtime: Runtime = thisProcess) {
  const view = emptyVolumeView();

  return defineLifecycle<VolumeInputs>(
    {
      name: "Volume",
      check: checkVolume,
      onChange,
      same,
      /** Refuses in the preview what would lose data: only here are the old outputs to be seen beside the new inputs. */
      alsoChanges: (id, before, wanted) => {
        const inputs = replacingInputs(before, wanted);
        const mayLose = wanted.allowDataLoss === true;
        if (inputs.length > 0 && holdsData(before) && !mayLose) throw refuseReplacement(id, before, wanted, inputs);
        // The old volume's state was written without the consent of this program.
        if (inputs.length > 0 && mayLose) view.consented.add(Number(id));
        return { changes: before[UNCONFIRMED] === true, replaces: [] };
      },
      kept: ["ownerToken", "resourceName"],
      shown: (id, outputs) => noteVolume(view, Number(id), outputs),

      create: async (inputs, engine) => {
        const account = runtime.accountOf(engine);
        const operation = markingKey(engine, account);
        const { id, outputs } = await createVolume(account, view, inputs, operation);
        return { id, outputs: { ...outputs, ...seenWith(account) } };
      },

      read: async (id, before, operation) => {
        const account = runtime.accountOf(operation);
        const isOldEnough = account.clock.now() >= tooYoungUntil(before, account);
        const row = await findVolume(account, Number(id), operation);
        const { [UNCONFIRMED]: _, ...known } = before;
        if (row) {
          return {
            ...known,
            ...volumeFacts(row),
            ...readBackInputs(row, before, SIZE_TOLERANCE_GB),
            ...seenWith(account),
          };
        }
        // Only create writes volumeId.
        confirmGone({ noun: "Volume", id, before }, account, { wasThere: before.volumeId !== undefined, isOldEnough });
        return undefined;
      },

      update: async (id, before, wanted, operation) => {
        const account = runtime.accountOf(operation);
        await refuseElsewhere({ noun: "Volume", id, before }, account, () =>
          findVolume(account, Number(id), operation),
        );
        const row = await waitForRow(account, Number(id), wanted, operation);
        if (wanted.onMachineOf !== undefined && wanted.onMachineOf !== before.onMachineOf)
          await warnOfAnotherMachine(account, row, wanted.onMachineOf, operation);
        const { rentedAt, replacedIds } = before;
        return {
          ...volumeFacts(row),
          ...readBackInputs(row, wanted, SIZE_TOLERANCE_GB),
          ...told({ rentedAt, replacedIds }),
          ...seenWith(account),
        };
      },

      delete: async (id, before, operation) => {
        const account = runtime.accountOf(operation);
        await refuseElsewhere({ noun: "Volume", id, before }, account, () =>
          findVolume(account, Number(id), operation),
        );
        const consents = before.allowDataLoss === true || view.consented.has(Number(id));
        if (holdsData(before) && !consents && !isLetGo(operation.readConfig, id)) {
          const isOldEnough = account.clock.now() >= tooYoungUntil(before, account);
          // What is gone already can be forgotten without anybody's consent.
          if (await findVolume(account, Number(id), operation)) throw refuseDelete(id, before);
          if (isOldEnough) return;
        }
        operation.progress(`deleting volume ${id}`);
        const { deleteMinutes = 10 } = (before.timeouts ?? {}) as Partial<VolumeInputs["timeouts"]>;
        const options = { timeoutMs: deleteMinutes * MINUTE_MS, tooYoungUntil: tooYoungUntil(before, account) };
        await removeVolume(account, Number(id), options, operation);
      },
    },
    runtime.context,
  );
}

/** What Pulumi's dynamic host loads. */
export const provider = volumeLifecycle();

async function findVolume(account: Account, id: number, { signal }: Operation): Promise<WireVolume | undefined> {
  return (await account.volumes(signal)).find((row) => row.id === id);
}

/** A volume that no list has shown may be too young to show until then; its absence proves nothing. */
function tooYoungUntil(before: Bag, { clock }: Account): number {
  return before[UNCONFIRMED] === true ? youngUntil(before.rentedAt, clock.now()) : 0;
}

async function warnOfAnotherMachine(
  account: Account,
  { id, machine_id: machineId }: WireVolume,
  instanceId: number,
  operation: Operation,
): Promise<void> {
  const instance = await account.look(instanceId, operation.signal);
  if (instance === undefined || instance.machine_id === machineId) return;
  operation.warn(
    `Volume ${id} stays on machine ${machineId}, and instance ${instanceId} (\`onMachineOf\`) is on machine ${instance.machine_id}: a volume cannot move. ` +
      "Rent the instance on the volume's machine, or add a second volume there with `cloneOf`.",
  );
}

function told(bag: Bag): Bag {
  return Object.fromEntries(Object.entries(bag).filter(([, value]) => value !== undefined));
}
