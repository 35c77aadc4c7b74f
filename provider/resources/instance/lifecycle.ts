import { confirmGone, markingKey, refuseElsewhere, seenWith } from "../../account/absence.js";
import type { Account } from "../../account/account.js";
import { diffByTable, isSameInput } from "../../engine/diff.js";
import { defineLifecycle, type Operation } from "../../engine/lifecycle.js";
import type { Bag } from "../../engine/values.js";
import { type Runtime, thisProcess } from "../../runtime.js";
import { aboveCapInState, stillAboveCap } from "./cap.js";
import { onChange, same } from "./changes.js";
import { checkInstance } from "./check.js";
import { createInstance } from "./create.js";
import { destroyInstance } from "./destroy.js";
import { actionFor, knownDrift } from "./drift/drift-actions.js";
import { planForDrift } from "./drift/drift-plan.js";
import { createGlances } from "./drift/glance.js";
import { goneText, refreshInstance } from "./drift/refresh.js";
import { createRolls, type Effect } from "./fleet/rolling.js";
import type { InstanceInputs } from "./inputs.js";
import { readKeys } from "./keys.js";
import { lookAtOwn } from "./look-at-own.js";
import { lookWhileYoung } from "./read-back.js";
import { checkAdoption, isHandedOver, refuseTakenOver } from "./rent/adopt-in-stack.js";
import { createForetelling } from "./stack/foretell.js";
import { isLabelDue, isSweepDue, seesLeftBehind, sweepLeftBehind, tokenOf, UNLABELLED } from "./stack/left-behind.js";
import { createOwnTokens } from "./stack/own-token.js";
import { checkBudget } from "./stack/stack-budget.js";
import {
  emptyStackView,
  forgetCurrent,
  isCurrent,
  noteCurrent,
  noteShown,
  type StackView,
} from "./stack/stack-view.js";
import { nameStrays } from "./stack/strays.js";
import { foretellChange, warnOfUncounted } from "./stack/update-budget.js";
import { isRemade, syncInstance } from "./sync.js";
import { noteVolumes, sayWhatStays } from "./volumes/kept-volumes.js";

/** The lifecycle of an instance on Vast: rent, follow until ready, change in place, give back. */
export function instanceLifecycle(runtime: Runtime = thisProcess) {
  const view = emptyStackView();
  const rolls = createRolls(view.questions);
  const foretell = createForetelling(view);
  const glances = createGlances();
  const ownToken = createOwnTokens();
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

  /** Runs what takes its time: when it is over, the engine has asked about all that does not wait for it. */
  async function naming<T>(account: Account, operation: Operation, run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } finally {
      await nameStrays(account, view, operation);
    }
  }

  return defineLifecycle<InstanceInputs>(
    {
      name: "Instance",
      check: (known, unknown, about) => {
        hasProgram = true;
        view.questions.asked();
        const token = ownToken(about.before, known);
        if (token !== "") view.askedTokens.add(token);
        const { inputs, failures } = checkInstance({ ...known, ...(token && { ownerToken: token }) }, unknown, about);
        rolls.expect(inputs);
        const adopting = about.exists ? [] : checkAdoption(view, inputs);
        return { inputs, failures: [...failures, ...adopting, ...checkBudget(view, inputs, about)] };
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
          refuseTakenOver(view, id);
          const token = tokenOf(wanted) || tokenOf(before);
          rolls.shown(id, token);
          noteCurrent(view, id, before, token);
          if (!isSameInput(same, "ownerToken", before, wanted)) {
            operation.note(
              `Instance ${id} gets the mark of its present name into its label, in place (\`ownerToken\`).`,
            );
          }
          // A refresh looks at what the state knows; what nobody's state knows is news for a preview, an up, or `orphans`.
          const account = hasProgram ? accountIfAny(operation) : undefined;
          const { changes: acts, replaces } = await planForDrift({ id, before, wanted, account, glances, operation });
          noteVolumes(view, id, before, wanted, replaces, operation);
          const tooDear = aboveCapInState(before, wanted);
          if (hasProgram && tooDear !== undefined) operation.warn(stillAboveCap(Number(id), tooDear).message);
          if (hasProgram) foretellChange(view, Number(id), { ...before, ownerToken: token }, wanted, operation);
          // A refresh forgets that a create was cut off; its sweep stays due all the same.
          const isDue = acts || tooDear !== undefined || isSweepDue(before);
          if (account === undefined) return { changes: isDue, replaces };
          const isLeft = await seesLeftBehind(account, view, id, { ...before, ownerToken: token }, operation);
          await nameStrays(account, view, operation);
          return { changes: isDue || isLeft || (await isLabelDue(account, id, before)), replaces };
        }),
      kept: [],
      shown: (id, outputs) => noteShown(view, id, outputs),

      create: async (inputs, engine) => {
        const account = runtime.accountOf(engine);
        const operation = markingKey(engine, account);
        const { id, outputs } = await naming(account, operation, () =>
          rolls.creating(inputs, () => createInstance(account, view, inputs, operation)),
        );
        return { id, outputs: { ...outputs, ...seenWith(account) } };
      },

      read: async (id, before, operation) => {
        const account = runtime.accountOf(operation);
        // Only create writes instanceId.
        const wasThere = before.instanceId !== undefined;
        const row = await lookWhileYoung(account, Number(id), before, operation.signal);
        if (row) {
          glances.note(row, account.clock.now());
          const keys = await readKeys(account, Number(id), before, operation);
          const outputs = {
            ...(await refreshInstance(row, before, account, operation)),
            ...keys,
            ...seenWith(account),
          };
          // What is only looked up is none of the stack's.
          if (before.instanceId !== undefined) noteShown(view, id, outputs);
          return outputs;
        }
        // Nor is it too young to show: it was looked for as long as it may be.
        confirmGone({ noun: "Instance", id, before }, account, { wasThere, isOldEnough: true });
        view.siblings.forget(id);
        view.ledger.remove(Number(id));
        forgetCurrent(view, id);
        view.idsInState.delete(Number(id));
        operation.warn(goneText(id, before, account.clock.now()));
        await sayWhatStays(account, before, operation);
        return undefined;
      },

      update: async (id, before, wanted, engine) => {
        const account = runtime.accountOf(engine);
        const operation = markingKey(engine, account);
        const turn = { effect: effectOf(before, wanted), clock: account.clock, operation };
        const outputs = await naming(account, operation, () =>
          rolls.updating(id, wanted, turn, () => updateInstance(account, view, id, before, wanted, operation)),
        );
        return { ...outputs, ...seenWith(account) };
      },

      isHandedOver: (id, operation) => isHandedOver(view, id, operation),

      delete: async (id, before, operation) => {
        const account = runtime.accountOf(operation);
        const turn = { clock: account.clock, operation };
        if (hasProgram && !isCurrent(view, id)) warnOfUncounted(view, Number(id), operation);
        if (tokenOf(before) !== "") view.endedTokens.add(tokenOf(before));
        await naming(account, operation, () =>
          rolls.deleting(id, before, turn, () => destroyInstance(account, view, id, before, operation)),
        );
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
  if (isSweepDue(before) || isLeftBehind) {
    await sweepLeftBehind(account, view, id, { ...before, ownerToken: tokenOf(wanted) || tokenOf(before) }, operation);
  }
  // What is finished and as it should be is not waited for once more: it may be outbid, and stay so.
  const onlySwept = isLeftBehind && !isSweepDue(before) && !needsSync(before, wanted);
  if (!onlySwept) return syncInstance(account, view, Number(id), before, wanted, operation);
  await lookAtOwn(account, Number(id), before, operation.signal);
  return withoutInputs(before);
}

/** What Pulumi's dynamic host loads. */
export const provider = instanceLifecycle();

/** What an update means for who uses the instance. */
function effectOf(before: Bag, wanted: InstanceInputs): Effect {
  // Only a create that got to its end, or an update in its place, writes it.
  if (before.rentedDollarsPerHour === undefined) return "was never up";
  return isRemade(before, wanted) ? "goes away" : "stays up";
}

/** Something is to be sent to Vast, besides ending what was left behind. */
function needsSync(before: Bag, wanted: InstanceInputs): boolean {
  const acts = [...knownDrift(before).keys()].some((name) => actionFor(name, wanted) !== "ignore");
  const isTooDear = aboveCapInState(before, wanted as unknown as Bag) !== undefined;
  return (
    acts ||
    isTooDear ||
    before[UNLABELLED] === true ||
    diffByTable(onChange, same, before, wanted as unknown as Bag).changes
  );
}

function withoutInputs(before: Bag): Bag {
  return Object.fromEntries(Object.entries(before).filter(([key]) => !(key in onChange)));
}
