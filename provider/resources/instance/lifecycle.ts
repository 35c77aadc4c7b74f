import { confirmGone, refuseElsewhere, seenWith } from "../../account/absence.js";
import type { Account } from "../../account/account.js";
import type { WireInstance } from "../../api/instance-row.js";
import { diffByTable } from "../../engine/diff.js";
import { defineLifecycle, type Operation } from "../../engine/lifecycle.js";
import type { Bag } from "../../engine/values.js";
import { type Runtime, thisProcess } from "../../runtime.js";
import { onChange, same } from "./changes.js";
import { checkInstance } from "./check.js";
import { createInstance } from "./create.js";
import { driftActions, driftOf } from "./drift.js";
import { createForetelling } from "./foretell.js";
import type { InstanceInputs } from "./inputs.js";
import { deleteCreated, noteVolumes, sayWhatStays } from "./kept-volumes.js";
import { readKeys } from "./keys.js";
import { deleteTimeoutMs, isSweepDue, seesLeftBehind, sweepLeftBehind, tokenOf } from "./left-behind.js";
import { priceIncreaseOf } from "./price-increase.js";
import { refreshedOutputs, tooYoungUntil } from "./read-back.js";
import { checkBudget, contractName, emptyStackView, noteShown } from "./stack-view.js";
import { syncInstance } from "./sync.js";

/** The lifecycle of an instance on Vast: rent, follow until ready, change in place, give back. */
export function instanceLifecycle(runtime: Runtime = thisProcess) {
  const view = emptyStackView();
  const foretell = createForetelling();

  /** Undefined where the settings do not make one: a preview needs none, and what needs it says what is wrong. */
  function accountIfAny(operation: Operation): Account | undefined {
    try {
      return runtime.accountOf(operation);
    } catch {
      return undefined;
    }
  }

  return defineLifecycle<InstanceInputs>(
    {
      name: "Instance",
      check: (known, unknown, about) => {
        const { inputs, failures } = checkInstance(known, unknown, about);
        return { inputs, failures: [...failures, ...checkBudget(view, inputs, about)] };
      },
      ...(runtime.pricesPreviews
        ? {
            foretell: (inputs, unknown, operation) =>
              foretell(inputs, unknown, () => runtime.accountOf(operation), operation),
          }
        : {}),
      onChange,
      same,
      alsoChanges: async (id, before, wanted, operation) => {
        const actions = [...driftActions(before, wanted as unknown as InstanceInputs).values()];
        const replaces = actions.includes("replace") ? ["onDrift"] : [];
        noteVolumes(view, id, before, wanted, replaces, operation);
        const acts = actions.some((action) => action !== "ignore");
        // A refresh forgets that a create was cut off; its sweep stays due all the same.
        if (acts || isSweepDue(before)) return { changes: true, replaces };
        const account = accountIfAny(operation);
        return {
          changes: account !== undefined && (await seesLeftBehind(account, view, id, before, operation)),
          replaces,
        };
      },
      kept: ["ownerToken"],
      shown: (id, outputs) => noteShown(view, id, outputs),

      create: async (inputs, operation) => {
        const account = runtime.accountOf(operation);
        const { id, outputs } = await createInstance(account, view, inputs, operation);
        return { id, outputs: { ...outputs, ...seenWith(account) } };
      },

      read: async (id, before, operation) => {
        const account = runtime.accountOf(operation);
        const row = await account.look(Number(id), operation.signal);
        if (row) {
          const keys = await readKeys(account, Number(id), before, operation);
          return { ...(await withDrift(row, before, account, operation)), ...keys, ...seenWith(account) };
        }
        // Only create writes instanceId.
        const doubts = { wasThere: before.instanceId !== undefined, tooYoungUntil: tooYoungUntil(before) };
        confirmGone({ noun: "Instance", id, before }, account, doubts);
        await sayWhatStays(account, before, operation);
        return undefined;
      },

      update: async (id, before, wanted, operation) => {
        const account = runtime.accountOf(operation);
        await refuseElsewhere({ noun: "Instance", id, before }, account, () =>
          account.look(Number(id), operation.signal),
        );
        const isLeftBehind = view.leftBehind.delete(id);
        if (isSweepDue(before) || isLeftBehind) await sweepLeftBehind(account, view, id, before, operation);
        // What is finished and as it should be is not waited for once more: it may be outbid, and stay so.
        const onlySwept = isLeftBehind && !isSweepDue(before) && !needsSync(before, wanted);
        const outputs = onlySwept
          ? withoutInputs(before)
          : await syncInstance(account, Number(id), before, wanted, operation);
        return { ...outputs, ...seenWith(account) };
      },

      delete: async (id, before, operation) => {
        const account = runtime.accountOf(operation);
        await refuseElsewhere({ noun: "Instance", id, before }, account, () =>
          account.look(Number(id), operation.signal),
        );
        operation.progress(`destroying instance ${id}`);
        await account.destroy(Number(id), {
          timeoutMs: deleteTimeoutMs(before),
          tooYoungUntil: tooYoungUntil(before),
          signal: operation.signal,
        });
        view.ledger.remove(contractName(Number(id)));
        if (before.keepVolumes !== false || view.keepsVolumesOf.has(id)) await sayWhatStays(account, before, operation);
        else await deleteCreated(account, before, deleteTimeoutMs(before), operation);
        // What a killed replacement left is found by no create when the program is taken back or destroyed.
        const sweep = sweepLeftBehind(account, view, id, before, operation);
        await (isSweepDue(before) ? sweep : sweep.catch(() => {}));
      },
    },
    runtime.context,
  );
}

/** What Pulumi's dynamic host loads. */
export const provider = instanceLifecycle();

/** Outputs after a refresh, with what happened outside reported in words. */
async function withDrift(row: WireInstance, before: Bag, account: Account, operation: Operation): Promise<Bag> {
  const drifts = driftOf(row, before, account.clock.now());
  const proposal = await priceIncreaseOf(row, before, account, operation);
  if (proposal) drifts.push(proposal);
  for (const { says } of drifts) operation.warn(says);
  const drift = drifts.length > 0 ? drifts.map(({ name }) => name) : null;
  return { ...refreshedOutputs(row, before, tokenOf(before)), drift };
}

/** Something is to be sent to Vast, besides ending what was left behind. */
function needsSync(before: Bag, wanted: InstanceInputs): boolean {
  const acts = [...driftActions(before, wanted).values()].some((action) => action !== "ignore");
  return acts || diffByTable(onChange, same, before, wanted as unknown as Bag).changes;
}

function withoutInputs(before: Bag): Bag {
  return Object.fromEntries(Object.entries(before).filter(([key]) => !(key in onChange)));
}
