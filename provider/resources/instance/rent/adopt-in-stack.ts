import type { CheckFailure, Operation } from "../../../engine/lifecycle.js";
import type { Bag } from "../../../engine/values.js";
import { VastError } from "../../../errors.js";
import type { StackView } from "../stack/stack-view.js";

/** Why a resource cannot take over an instance that the stack has. */
export function inStackText(id: number): string {
  return (
    `adoptInstanceId is ${id}, which is in this stack already: two resources would be one machine, and a replacement that took it over would ` +
    "end it with the old one. Nothing was changed. Take `adoptInstanceId` out of the program."
  );
}

/**
 * Checks what a resource that is to be made takes over. Of a replacement that is the last moment: with `deleteBeforeReplace` its create comes when the
 * instance is ended already.
 */
export function checkAdoption(view: StackView, { adoptInstanceId: id, takeOver }: Bag): CheckFailure[] {
  if (typeof id !== "number") return [];
  view.toAdopt.add(id);
  return isTaken(view, id, takeOver === true) ? [{ property: "adoptInstanceId", reason: inStackText(id) }] : [];
}

/**
 * Whether the stack has an instance that a resource is to take over. With `takeOver` one that only the state has may go to it: a refresh shows also
 * what has left the program.
 */
export function isTaken({ current, takenOver, idsInState }: StackView, id: number, takeOver: boolean): boolean {
  const isOfProgram = takenOver.has(id) || [...current.values()].includes(String(id));
  return isOfProgram || (idsInState.has(id) && !takeOver);
}

/** Throws when another resource of this run has taken over the instance that the state has for this one. */
export function refuseTakenOver(view: StackView, id: string): void {
  if (!view.takenOver.has(Number(id))) return;
  throw new VastError(
    "taken_over",
    `Instance ${id} was taken over by another resource in this run and stands in the state twice, so a destroy of one ends it for both. It is billed ` +
      "once, and nothing was changed here. Take one of the two out of the state with `pulumi state delete` and its URN, and out of the program.",
  );
}

/**
 * Whether a delete is to leave an instance alone, since this run has taken it over. Throws when one still is to: nothing would be left
 * for it.
 */
export function isHandedOver(view: StackView, id: string, operation: Operation): boolean {
  if (view.takenOver.has(Number(id))) {
    operation.warn(
      `Instance ${id} runs on and is billed as before: this run has taken it over by \`adoptInstanceId\`, and only the entry that had it leaves the state.`,
    );
    return true;
  }
  if (!view.toAdopt.has(Number(id))) return false;
  throw new VastError(
    "adopt_deleted",
    `Instance ${id} was to be destroyed, and \`adoptInstanceId\` in the program says to take it over. Nothing was changed: it runs on and is billed as ` +
      "before. Take `adoptInstanceId` out of the program to have it replaced or ended.",
  );
}
