import type { Account } from "../../account/account.js";
import type { WireInstance } from "../../api/instance-row.js";
import { defineLifecycle, type Operation } from "../../engine/lifecycle.js";
import type { Bag } from "../../engine/values.js";
import { VastError } from "../../errors.js";
import { type Runtime, thisProcess } from "../../runtime.js";
import { onChange, same } from "./changes.js";
import { checkInstance } from "./check.js";
import { createInstance } from "./create.js";
import { driftActions, driftOf } from "./drift.js";
import type { InstanceInputs } from "./inputs.js";
import { sweepPending } from "./own-contracts.js";
import { refreshedOutputs, tooYoungUntil, UNRESOLVED } from "./read-back.js";
import { checkBudget, contractName, emptyStackView, noteShown } from "./stack-view.js";
import { syncInstance } from "./sync.js";

const MINUTE_MS = 60_000;

/** The lifecycle of an instance on Vast: rent, follow until ready, change in place, give back. */
export function instanceLifecycle(runtime: Runtime = thisProcess) {
  const view = emptyStackView();

  return defineLifecycle<InstanceInputs>(
    {
      name: "Instance",
      check: (known, unknown, about) => {
        const { inputs, failures } = checkInstance(known, unknown, about);
        return { inputs, failures: [...failures, ...checkBudget(view, inputs, about)] };
      },
      onChange,
      same,
      alsoChanges: (before, wanted) => {
        const actions = [...driftActions(before, wanted as unknown as InstanceInputs).values()];
        const replaces = actions.includes("replace") ? ["onDrift"] : [];
        return { changes: actions.some((action) => action !== "ignore"), replaces };
      },
      kept: ["ownerToken"],
      shown: (id, outputs) => noteShown(view, id, outputs),

      create: (inputs, operation) => createInstance(runtime.accountOf(operation), view, inputs, operation),

      read: async (id, before, operation) => {
        const account = runtime.accountOf(operation);
        const row = await account.look(Number(id), operation.signal);
        if (row) return withDrift(row, before, account.clock.now(), operation);
        // Only create writes instanceId: without it the program asked for an instance by its id, and absence is its mistake.
        if (before.instanceId === undefined) {
          throw new VastError(
            "no_such_instance",
            `There is no instance ${id} in this account. Nothing was changed. Correct the id.`,
          );
        }
        if (account.clock.now() < tooYoungUntil(before)) {
          throw new VastError(
            "too_young",
            `Instance ${id} was rented less than a minute ago and does not show yet; it stays in the stack. Refresh again in a minute.`,
          );
        }
        return undefined;
      },

      update: async (id, before, wanted, operation) => {
        const account = runtime.accountOf(operation);
        const outputs = await syncInstance(account, Number(id), before, wanted, operation);
        if (before[UNRESOLVED]) await sweepFor(account, view.idsInState, Number(id), before, operation);
        return outputs;
      },

      delete: async (id, before, operation) => {
        const account = runtime.accountOf(operation);
        operation.progress(`destroying instance ${id}`);
        await account.destroy(Number(id), {
          timeoutMs: deleteTimeoutMs(before),
          tooYoungUntil: tooYoungUntil(before),
          signal: operation.signal,
        });
        view.ledger.remove(contractName(Number(id)));
        // What a killed replacement left is found by no create when the program is taken back or destroyed.
        const sweep = sweepFor(account, view.idsInState, Number(id), before, operation);
        await (before[UNRESOLVED] ? sweep : sweep.catch(() => {}));
      },
    },
    runtime.context,
  );
}

/** What Pulumi's dynamic host loads. */
export const provider = instanceLifecycle();

/** Outputs after a refresh, with what happened outside reported in words. */
function withDrift(row: WireInstance, before: Bag, now: number, operation: Operation): Bag {
  const drifts = driftOf(row, before, now);
  for (const { says } of drifts) operation.warn(says);
  const drift = drifts.length > 0 ? drifts.map(({ name }) => name) : null;
  return { ...refreshedOutputs(row, before, tokenOf(before)), drift };
}

function tokenOf(bag: { readonly ownerToken?: unknown }): string {
  return typeof bag.ownerToken === "string" ? bag.ownerToken : "";
}

/** How long a destroy may take, as the state says it. */
function deleteTimeoutMs(before: Bag): number {
  const { deleteMinutes = 10 } = (before.timeouts ?? {}) as Partial<InstanceInputs["timeouts"]>;
  return deleteMinutes * MINUTE_MS;
}

/** Makes up for a sweep that a cut-off create could not do: no create looks for this token's contracts any more. */
async function sweepFor(
  account: Account,
  idsInState: ReadonlySet<number>,
  id: number,
  before: Bag,
  operation: Operation,
): Promise<void> {
  if (tokenOf(before) !== "")
    await sweepPending(account, idsInState, tokenOf(before), id, operation, deleteTimeoutMs(before));
}
