import { createLedger, type Ledger } from "../../account/ledger.js";
import type { Bag } from "../../engine/values.js";
import { createEngineQuestions, type EngineQuestions } from "./engine-questions.js";
import { createSiblings, type Siblings } from "./placement.js";
import { priceInState } from "./price.js";

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
  // Without it this is no state, but what a program says of an instance that it only looks up.
  if (outputs.instanceId !== undefined) ledger.note(Number(id), resourceOf(Number(id), outputs), priceInState(outputs));
}

/** The name in the ledger of the resource that a contract belongs to; a contract without a token is one by itself. */
export function resourceOf(id: number, { ownerToken }: Bag): string {
  return typeof ownerToken === "string" && ownerToken !== "" ? ownerToken : `contract ${id}`;
}
