import { refuseElsewhere } from "../../account/absence.js";
import type { Account } from "../../account/account.js";
import type { Operation } from "../../engine/lifecycle.js";
import type { Bag } from "../../engine/values.js";
import { messageOf, VastError } from "../../errors.js";
import { pendingLabel } from "./label.js";
import { tooYoungUntil } from "./read-back.js";
import { deleteTimeoutMs, labelReplacement, sweepLeftBehind, tokenOf } from "./stack/left-behind.js";
import { forgetCurrent, type StackView } from "./stack/stack-view.js";
import { NOT_ENDED } from "./stack/sweep.js";
import { deleteCreated, sayWhatStays } from "./volumes/kept-volumes.js";

/** Destroys an instance and confirms that it is gone; deals with the volume that its rent made, and with what was left behind beside it. */
export async function destroyInstance(
  account: Account,
  view: StackView,
  id: string,
  before: Bag,
  operation: Operation,
): Promise<void> {
  await refuseElsewhere({ noun: "Instance", id, before }, account, () => account.look(Number(id), operation.signal));
  operation.progress(`destroying instance ${id}`);
  await account.destroy(Number(id), {
    timeoutMs: deleteTimeoutMs(before),
    tooYoungUntil: tooYoungUntil(before, account.clock.now()),
    signal: operation.signal,
  });
  view.ledger.remove(Number(id));
  view.siblings.forget(id);
  const token = tokenOf(before);
  // A resource that has got this one's former name: what is pending under that token is its create.
  const isAnothers = view.askedTokens.has(token) && view.current.get(token) !== id;
  forgetCurrent(view, id);
  await labelReplacement(account, view, id, operation.signal);
  if (before.keepVolumes !== false || view.keepsVolumesOf.has(id)) await sayWhatStays(account, before, operation);
  else await deleteCreated(account, before, deleteTimeoutMs(before), operation);
  if (isAnothers) return;
  // What a killed replacement left is found by no create when the program is taken back or destroyed: this state alone leads to it.
  await sweepLeftBehind(account, view, id, before, operation).catch((error: unknown) => {
    throw stillInState(id, before, error);
  });
}

/** Why a destroyed instance stays in the state. */
function stillInState(id: string, before: Bag, error: unknown): VastError {
  const isNamed = error instanceof VastError && error.code === NOT_ENDED;
  const what = isNamed
    ? error.message
    : `Whether a run that was cut off left another contract of this resource, which would be billed, could not be looked up: ${messageOf(error)} ` +
      `Its label would be \`${pendingLabel(tokenOf(before))}\`: run the command again, or look with \`npx pulumi-vastai orphans\`.`;
  return new VastError(
    "not_swept",
    `Instance ${id} is destroyed, and stays in the state until that is settled: ${what}`,
  );
}
