import type { WireInstance } from "../../../api/instance-row.js";
import { NothingRentedError } from "../../../errors.js";
import { FRESH_MS } from "../boot/readiness.js";
import { aboveCap } from "../cap.js";
import type { InstanceInputs } from "../inputs.js";
import { pendingLabel } from "../label.js";
import { money } from "../messages.js";
import { findOwnContracts, type OwnContracts, refuseBeside } from "../stack/own-contracts.js";
import { notEndedText } from "../stack/sweep.js";
import { openBill } from "./bill.js";
import { giveBack } from "./give-back.js";
import { unlike } from "./likeness.js";
import { takeUp } from "./lost-answer.js";
import type { Contract, RentContext } from "./rent.js";

/**
 * What an earlier create of this resource left behind: one that was cut off is taken up again, a finished one is refused. One that is not what the
 * program, which may have changed since, would rent is given back: the next diff would not show it, for the market is asked only when renting.
 */
export async function findLeftOver(context: RentContext): Promise<Contract | undefined> {
  const { account, view, token, inputs, operation } = context;
  context.attempts.lookedAt = account.clock.now();
  const own = await withoutShown(context, await findOwnContracts(account, view, token, operation));
  const { pending, finished } = own;
  if (finished.length > 0) throw refuseBeside(own);
  const unwanted = pending.flatMap((row) => {
    const because = unwantedBecause(row, inputs);
    return because === undefined ? [] : [{ row, because }];
  });
  for (const { row, because } of unwanted) {
    operation.warn(
      `Giving back contract ${row.id} (${whatText(row)}), which an earlier run rented for this resource: ${because}.`,
    );
    // It does not become the resource: if it cannot be ended, the next create has to find it again.
    const beside = { ...context, operation: { ...operation, exists: () => {} } };
    try {
      const contract = await takeUp(beside, [row]);
      if (contract) await giveBack(beside, contract, openBill(contract));
      view.ledger.remove(row.id);
    } catch (error) {
      throw new NothingRentedError(
        "not_given_back",
        notEndedText(row, `which is to be given back (${because})`, error),
      );
    }
  }
  const wanted = pending.filter((row) => !unwanted.some((each) => each.row === row));
  if (wanted.length === 0) return undefined;
  const why = context.attempts.answerLost ? "which turned up late" : "which an earlier run rented for this resource";
  context.attempts.answerLost ||= wanted.length > 1;
  operation.warn(`Taking up contract ${wanted.map((row) => `${row.id} (${whatText(row)})`).join(", ")}, ${why}.`);
  // Not looked for once more: the next list may lag and not show it.
  return takeUp(context, wanted);
}

/**
 * Looks once more, in the second minute of a create that has no contract yet, what a run rented that was killed just before this one: in the first minute of
 * a contract lists may hide it. A short list tells it, one for all creates that began together; should its filter fail, the sweep at the end of the
 * create does. Not before each rent: where several programs wait for their turns there are no calls to spare.
 */
export function lookLater(context: RentContext, hasContract: () => boolean): { end(): void } {
  const { account, view, token, inputs, operation, attempts } = context;
  const over = new AbortController();
  const signal = AbortSignal.any([operation.signal, over.signal]);
  const look = async () => {
    await account.clock.sleep(FRESH_MS, signal);
    if (hasContract()) return;
    const rows = await account.labelled(pendingLabel(token), signal);
    attempts.lateShown = rows.some(({ id }) => !view.idsInState.has(id));
  };
  // What it cannot tell the sweep does.
  if (inputs.adoptInstanceId === undefined) look().catch(() => {});
  return { end: () => over.abort() };
}

/**
 * What has shown since the create looked for it, before another machine is rented: seen by {@link lookLater}, or looked for once more where one did not
 * become the instance, which takes time. A race that was lost takes none.
 */
export async function findLate(context: RentContext): Promise<Contract | undefined> {
  const { account, view, token, operation, attempts } = context;
  const slow = attempts.failed.filter(({ code }) => code !== "taken").length;
  const isDue = slow > attempts.slowAtLook && attempts.lookedAt < attempts.startedAt + FRESH_MS;
  attempts.slowAtLook = slow;
  if (isDue) {
    attempts.lookedAt = account.clock.now();
    const rows = await account.labelled(pendingLabel(token), operation.signal);
    attempts.lateShown = rows.some(({ id }) => !view.idsInState.has(id));
  }
  if (!attempts.lateShown) return undefined;
  attempts.lateShown = false;
  return findLeftOver(context);
}

/** Without what the engine shows in a moment: a resource that was renamed in the state has this token until its own update. */
async function withoutShown({ account, view, operation }: RentContext, own: OwnContracts): Promise<OwnContracts> {
  if (own.isCertain || own.pending.length + own.finished.length === 0) return own;
  await view.questions.quiet(account.clock, operation.signal);
  const unknown = (rows: readonly WireInstance[]) => rows.filter(({ id }) => !view.idsInState.has(id));
  return { ...own, pending: unknown(own.pending), finished: unknown(own.finished) };
}

/** Why a contract is not what the program would rent; undefined when it is, as far as its row tells. */
function unwantedBecause(row: WireInstance, inputs: InstanceInputs): string | undefined {
  const tooDear = aboveCap(row, 0, inputs);
  return tooDear === undefined ? unlike(row, inputs) : `it ${tooDear}`;
}

/** What a contract is and costs, for people. */
function whatText({ gpu_name: gpu, num_gpus: count, dph_total: price, is_bid: isBid }: WireInstance): string {
  const cost = typeof price === "number" ? `${money(price)} while running` : "price not told yet";
  return `${count ?? "?"}x ${gpu ?? "GPU"}${isBid ? ", a bid" : ""}, ${cost}`;
}
