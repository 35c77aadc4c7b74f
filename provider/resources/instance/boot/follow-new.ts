import { overBudget } from "../../../account/budget.js";
import { withOneMore } from "../../../account/ledger.js";
import type { WireInstance } from "../../../api/instance-row.js";
import { NothingRentedError } from "../../../errors.js";
import { durationText } from "../../../wait.js";
import { aboveCap } from "../cap.js";
import { becauseCancelled, money, notReady } from "../messages.js";
import { priceOf } from "../price.js";
import { freshOutputs } from "../read-back.js";
import { type Bill, openBill } from "../rent/bill.js";
import { giveBack } from "../rent/give-back.js";
import type { Contract, RentContext } from "../rent/rent.js";
import { programTexts } from "../rent/rent-request.js";
import { afterBootFailure } from "./boot-failure.js";
import { wantedAnswer } from "./probe.js";
import { takeStartBack } from "./queued-start.js";
import { bootPatienceMs, type Goal } from "./readiness.js";
import { knownOf } from "./secret-values.js";
import { waitReady } from "./wait-ready.js";

/** Follows a new contract until it is ready. Undefined when it was given back and another is to be tried. */
export async function followNew(
  context: RentContext,
  contract: Contract,
  { startedAt, deadline }: { startedAt: number; deadline: number },
): Promise<WireInstance | undefined> {
  const { account, inputs, operation } = context;
  const { id } = contract;
  const { clock } = account;
  const goal: Goal = {
    targetState: contract.adoptedState ?? inputs.targetState,
    since: clock.now(),
    after: "nothing",
    origin: contract.offerId === undefined ? "found" : "rented",
    mayQueue: !inputs.cancelUnavailable,
    patienceMs: bootPatienceMs(inputs.timeouts.createMinutes, inputs.vm),
    asked: programTexts(inputs),
  };
  const bill = openBill(contract);
  const known = knownOf(account, inputs, contract.instanceApiKey);
  let tooDear: string | undefined;
  const ending = await becauseCancelled(id, () =>
    waitReady({
      account,
      id,
      goal,
      wanted: wantedAnswer(inputs.waitFor),
      deadline,
      signal: operation.signal,
      known,
      onRow: (row) => {
        operation.exists(String(id), freshOutputs(row, known));
        bill.note(row, clock.now());
        tooDear = whyTooDear(context, contract, row);
        return tooDear === undefined ? undefined : "call off";
      },
      onPending: (because, row) => {
        const price = row?.dph_total ?? contract.offeredDollarsPerHour;
        const elapsed = durationText(clock.now() - startedAt);
        operation.progress(`${because} · ${elapsed}${price === undefined ? "" : ` · ${money(price)}`}`);
      },
    }),
  );
  if (ending.is === "ready") return ending.row;
  if (ending.is === "calledOff" && inputs.adoptInstanceId === undefined) {
    await giveBackTooDear(context, contract, tooDear ?? "", bill);
    return undefined;
  }
  if (ending.is === "gone") {
    operation.ended();
    // Its volume outlives it.
    if (contract.newVolumeName !== undefined) await giveBack(context, contract, bill);
    throw new NothingRentedError(
      "gone_while_booting",
      `Instance ${id} disappeared while it was booting: somebody destroyed it, or Vast withdrew it. It is not billed any more${bill.text(clock.now())}. Run again.`,
    );
  }
  if (ending.is === "failed") {
    await afterBootFailure(context, contract, ending, bill);
    return undefined;
  }
  const { createMinutes } = inputs.timeouts;
  const queued =
    ending.is === "timeout" ? await takeStartBack(account, ending.row, createMinutes, operation) : undefined;
  throw queued ?? notReady(id, ending, createMinutes, "createMinutes");
}

/**
 * Notes what a contract really costs, and says what speaks against that: the cap of the resource, or the budget of the stack. What is adopted was
 * compared with the budget before anything was changed.
 */
function whyTooDear(
  { view: { ledger }, budget, inputs, token }: RentContext,
  { id, newVolumeDollarsPerHour: volume = 0 }: Contract,
  row: WireInstance,
): string | undefined {
  const { targetState, adoptInstanceId } = inputs;
  const price = priceOf(row, targetState, volume);
  ledger.note(id, token, price);
  const isAdopted = adoptInstanceId !== undefined;
  const over = isAdopted ? undefined : overBudget(budget, withOneMore(ledger.staying(id), price));
  const why = aboveCap(row, volume, inputs) ?? (over && `costs ${money(price ?? 0)}, and with it ${over}`);
  // At once: of two that are one too many together, only one is to go.
  if (why !== undefined && !isAdopted) ledger.leave(id);
  return why;
}

/** Ends a contract that costs too much, for certain, before another is tried. */
async function giveBackTooDear(context: RentContext, contract: Contract, tooDear: string, bill: Bill): Promise<void> {
  const { operation, attempts } = context;
  const { id, offerId, offeredDollarsPerHour: dollarsPerHour } = contract;
  operation.warn(`Instance ${id} ${tooDear}: it is destroyed and another offer is tried.`);
  const billed = await giveBack(context, contract, bill);
  attempts.failed.push({ offerId, dollarsPerHour, code: "too_dear", why: `its contract ${tooDear}${billed}` });
}
