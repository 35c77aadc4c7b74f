import { createLedger, type Ledger, overBudget, resolveBudget } from "../../account/budget.js";
import type { CheckedResource, CheckFailure } from "../../engine/lifecycle.js";
import type { Bag } from "../../engine/values.js";
import { messageOf } from "../../errors.js";
import { createEngineQuestions, type EngineQuestions } from "./engine-questions.js";
import { createSiblings, type Siblings } from "./placement.js";

/**
 * Output of a replacement: the ids that stood in the state for this resource when it was made. The engine shows an old machine that still
 * waits for its deletion only when it deletes it; until then a further replacement has to know that it is not lost.
 */
export const REPLACED = "replacedIds";

/** What this process has learnt of the stack from the engine. */
export interface StackView {
  /** Contracts that the engine has shown: they are in the state, so no create may adopt them. */
  readonly idsInState: Set<number>;
  /** The same by the resource that they belong to. */
  readonly idsOf: Map<string, Set<number>>;
  /** By resource the instance that diff has shown, as long as it is not gone: a create beside it is its replacement. */
  readonly current: Map<string, string>;
  /** By resource a replacement that carries the pending label until the instance that it replaces is ended, and its label then. */
  readonly unlabelled: Map<string, { readonly id: number; readonly label: string }>;
  /** Volumes that instances of the stack had made. */
  readonly volumeIdsInState: Set<number>;
  /** Names that volumes of the account have, or that a rent of this process asked for. */
  readonly volumeNames: Set<string>;
  /** Ids of resources whose program says that the volumes it had made are to be kept. */
  readonly keepsVolumesOf: Set<string>;
  /** Ids of resources beside which diff saw a contract that a run left behind. */
  readonly leftBehind: Set<string>;
  /** It was said that it could not be looked for such contracts. */
  isNotLookedAt: boolean;
  /** The stack's instances and their prices, those being rented included. */
  readonly ledger: Ledger;
  /** Where instances of the same group stand, those being rented included. */
  readonly siblings: Siblings;
  /** What the engine asks: only when it is quiet are all siblings known. */
  readonly questions: EngineQuestions;
}

/** A view of a stack of which nothing is known yet. */
export function emptyStackView(): StackView {
  return {
    idsInState: new Set(),
    idsOf: new Map(),
    current: new Map(),
    unlabelled: new Map(),
    volumeIdsInState: new Set(),
    volumeNames: new Set(),
    keepsVolumesOf: new Set(),
    leftBehind: new Set(),
    isNotLookedAt: false,
    ledger: createLedger(),
    siblings: createSiblings(),
    questions: createEngineQuestions(),
  };
}

/** Takes note of an instance that the engine has shown. */
export function noteShown(view: StackView, id: string, outputs: Bag): void {
  const { idsInState, idsOf, volumeIdsInState, ledger } = view;
  view.siblings.note(id, outputs);
  const { createdVolumeIds } = outputs;
  for (const volumeId of Array.isArray(createdVolumeIds) ? createdVolumeIds : [])
    volumeIdsInState.add(Number(volumeId));
  const { ownerToken, [REPLACED]: replaced } = outputs;
  const shown = [Number(id), ...(Array.isArray(replaced) ? replaced.map(Number) : [])];
  const own = idsOf.get(String(ownerToken)) ?? new Set();
  idsOf.set(String(ownerToken), own);
  for (const known of shown) {
    idsInState.add(known);
    own.add(known);
  }
  const price = outputs.targetState === "stopped" ? outputs.dollarsPerHourStopped : outputs.dollarsPerHour;
  ledger.note(contractName(Number(id)), typeof price === "number" ? price : undefined);
}

/** The name of a contract in the ledger. */
export function contractName(id: number): string {
  return `contract ${id}`;
}

/**
 * Checks a new instance against the stack's budget, as far as prices are known: those in the state, and bids. What is on the market
 * is compared when renting. An instance in the state is never refused: it is paid for already.
 */
export function checkBudget(view: StackView, inputs: Bag, about: CheckedResource): CheckFailure[] {
  const { ownerToken, bidDollarsPerHour: bid } = inputs;
  if (about.exists || typeof ownerToken !== "string") return [];
  const price = typeof bid === "number" ? bid : undefined;
  view.ledger.note(ownerToken, price);
  try {
    const why = overBudget(resolveBudget(about.readConfig), view.ledger.others(ownerToken), price);
    // What is refused takes nothing away from those that are made meanwhile.
    if (why !== undefined) view.ledger.remove(ownerToken);
    return why === undefined
      ? []
      : [
          {
            property: "",
            reason: `over the stack's budget: ${why}. Nothing was rented. Raise the limit or leave instances out.`,
          },
        ];
  } catch (error) {
    return [{ property: "", reason: messageOf(error) }];
  }
}
