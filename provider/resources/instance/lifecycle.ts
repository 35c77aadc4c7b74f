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
import { destroyInstance } from "./destroy.js";
import { driftActions, driftOf } from "./drift.js";
import { createForetelling } from "./foretell.js";
import type { InstanceInputs } from "./inputs.js";
import { noteVolumes, sayWhatStays } from "./kept-volumes.js";
import { readKeys } from "./keys.js";
import { isLabelDue, isSweepDue, seesLeftBehind, sweepLeftBehind, tokenOf, UNLABELLED } from "./left-behind.js";
import { priceIncreaseOf } from "./price-increase.js";
import { lookWhileYoung, refreshedOutputs } from "./read-back.js";
import { createRolls, type Effect } from "./rolling.js";
import { checkBudget, emptyStackView, noteShown, type StackView } from "./stack-view.js";
import { isRemade, lookAtOwn, syncInstance } from "./sync.js";

/** The lifecycle of an instance on Vast: rent, follow until ready, change in place, give back. */
export function instanceLifecycle(runtime: Runtime = thisProcess) {
  const view = emptyStackView();
  const rolls = createRolls(view.questions);
  const foretell = createForetelling();
  /** Check was called: this is no mere refresh or destroy. */
  let hasProgram = false;

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
        hasProgram = true;
        view.questions.asked();
        const { inputs, failures } = checkInstance(known, unknown, about);
        rolls.expect(about.before, inputs);
        return { inputs, failures: [...failures, ...checkBudget(view, inputs, about)] };
      },
      ...(runtime.pricesPreviews
        ? {
            foretell: (inputs, unknown, operation) =>
              view.questions.answering(() => foretell(inputs, unknown, () => runtime.accountOf(operation), operation)),
          }
        : {}),
      onChange,
      same,
      alsoChanges: (id, before, wanted, operation) =>
        view.questions.answering(async () => {
          rolls.shown(id, before);
          view.current.set(tokenOf(before), id);
          const actions = [...driftActions(before, wanted as unknown as InstanceInputs).values()];
          const replaces = actions.includes("replace") ? ["onDrift"] : [];
          noteVolumes(view, id, before, wanted, replaces, operation);
          const acts = actions.some((action) => action !== "ignore");
          // A refresh forgets that a create was cut off; its sweep stays due all the same.
          if (acts || isSweepDue(before)) return { changes: true, replaces };
          const account = accountIfAny(operation);
          // A refresh looks at what the state knows; what nobody's state knows is news for a preview, an up, or `orphans`.
          if (account === undefined || !hasProgram) return { changes: false, replaces };
          const isLeft = await seesLeftBehind(account, view, id, before, operation);
          return { changes: isLeft || (await isLabelDue(account, id, before)), replaces };
        }),
      kept: ["ownerToken"],
      shown: (id, outputs) => noteShown(view, id, outputs),

      create: async (inputs, operation) => {
        const account = runtime.accountOf(operation);
        const { id, outputs } = await rolls.creating(inputs, () => createInstance(account, view, inputs, operation));
        return { id, outputs: { ...outputs, ...seenWith(account) } };
      },

      read: async (id, before, operation) => {
        const account = runtime.accountOf(operation);
        // Only create writes instanceId.
        const wasThere = before.instanceId !== undefined;
        const row = await lookWhileYoung(account, Number(id), before, operation.signal);
        if (row) {
          const keys = await readKeys(account, Number(id), before, operation);
          return { ...(await withDrift(row, before, account, operation)), ...keys, ...seenWith(account) };
        }
        // Nor is it too young to show: it was looked for as long as it may be.
        confirmGone({ noun: "Instance", id, before }, account, { wasThere, tooYoungUntil: 0 });
        view.siblings.forget(id);
        view.current.delete(tokenOf(before));
        await sayWhatStays(account, before, operation);
        return undefined;
      },

      update: async (id, before, wanted, operation) => {
        const account = runtime.accountOf(operation);
        const turn = { effect: effectOf(before, wanted), clock: account.clock, operation };
        const outputs = await rolls.updating(id, wanted, turn, () =>
          updateInstance(account, view, id, before, wanted, operation),
        );
        return { ...outputs, ...seenWith(account) };
      },

      delete: async (id, before, operation) => {
        const account = runtime.accountOf(operation);
        const turn = { clock: account.clock, operation };
        await rolls.deleting(id, before, turn, () => destroyInstance(account, view, id, before, operation));
      },
    },
    runtime.context,
  );
}

async function updateInstance(
  account: Account,
  view: StackView,
  id: string,
  before: Bag,
  wanted: InstanceInputs,
  operation: Operation,
): Promise<Bag> {
  await refuseElsewhere({ noun: "Instance", id, before }, account, () => account.look(Number(id), operation.signal));
  const isLeftBehind = view.leftBehind.delete(id);
  if (isSweepDue(before) || isLeftBehind) await sweepLeftBehind(account, view, id, before, operation);
  // What is finished and as it should be is not waited for once more: it may be outbid, and stay so.
  const onlySwept = isLeftBehind && !isSweepDue(before) && !needsSync(before, wanted);
  if (!onlySwept) return syncInstance(account, Number(id), before, wanted, operation);
  await lookAtOwn(account, Number(id), before, operation.signal);
  return withoutInputs(before);
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

/** What an update means for who uses the instance. */
function effectOf(before: Bag, wanted: InstanceInputs): Effect {
  // Only a create that got to its end, or an update in its place, writes it.
  if (before.rentedDollarsPerHour === undefined) return "was never up";
  return isRemade(before, wanted) ? "goes away" : "stays up";
}

/** Something is to be sent to Vast, besides ending what was left behind. */
function needsSync(before: Bag, wanted: InstanceInputs): boolean {
  const acts = [...driftActions(before, wanted).values()].some((action) => action !== "ignore");
  return acts || before[UNLABELLED] === true || diffByTable(onChange, same, before, wanted as unknown as Bag).changes;
}

function withoutInputs(before: Bag): Bag {
  return Object.fromEntries(Object.entries(before).filter(([key]) => !(key in onChange)));
}
