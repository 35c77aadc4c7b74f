import { createLedger, type Ledger } from "../../../account/ledger.js";
import type { Marked } from "../../../account/marked.js";
import type { Bag } from "../../../engine/values.js";
import { createSiblings, type Siblings } from "../fleet/placement.js";
import { priceInState } from "../price.js";
import { createEngineQuestions, type EngineQuestions } from "./engine-questions.js";

/**
 * Output of a replacement: the ids that stood in the state for this resource when it was made. The engine shows an old machine that still
 * waits for its deletion only when it deletes it; until then a further replacement has to know that it is not lost.
 */
export const REPLACED = "replacedIds";

/** What this process has learnt of the stack from the engine. */
export interface StackView {
  /** Contracts that the engine has shown: they are in the state, so no create may adopt them. */
  readonly idsInState: Set<number>;
  /** The same by the token of the resource that they belong to. */
  readonly idsOf: Map<string, Set<number>>;
  /** Contracts that resources which are to be made take over by their ids. */
  readonly toAdopt: Set<number>;
  /** Those that were taken over in this run. */
  readonly takenOver: Set<number>;
  /** Tokens that check was asked about: those of the program's resources. */
  readonly askedTokens: Set<string>;
  /** Tokens of resources that this run deletes. */
  readonly endedTokens: Set<string>;
  /** Tokens that the state has for resources whose program has another one. */
  readonly formerTokens: Set<string>;
  /** Contracts of the account under our mark, as the first look of this run for strays has shown them. */
  marked: ReturnType<Marked> | undefined;
  /** Ids that were named as strays. */
  readonly namedIds: Set<number>;
  /**
   * By the token that the program has for a resource the instance that diff has shown, as long as it is not gone: a create of that token is its
   * replacement. The state may have another token for it, which is that of a new resource by now.
   */
  readonly current: Map<string, string>;
  /** By id the token of each instance that any call has shown, as long as it is not gone. */
  readonly standing: Map<string, string>;
  /** Tokens of those whose create came to its end. */
  readonly settled: Set<string>;
  /** By the instance that is replaced its replacement, which carries the pending label until that one is ended, and its label then. */
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
    toAdopt: new Set(),
    takenOver: new Set(),
    askedTokens: new Set(),
    endedTokens: new Set(),
    formerTokens: new Set(),
    marked: undefined,
    namedIds: new Set(),
    current: new Map(),
    standing: new Map(),
    settled: new Set(),
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
  const { volumeIdsInState, ledger } = view;
  view.siblings.note(id, outputs);
  const { createdVolumeIds } = outputs;
  for (const volumeId of Array.isArray(createdVolumeIds) ? createdVolumeIds : [])
    volumeIdsInState.add(Number(volumeId));
  noteIds(view, id, outputs, String(outputs.ownerToken));
  // Diff has told the token that the program has for it, which the state learns only by the update.
  if (!isCurrent(view, id)) view.standing.set(id, String(outputs.ownerToken));
  // Without it this is no state, but what a program says of an instance that it only looks up.
  if (outputs.instanceId !== undefined) ledger.note(Number(id), resourceOf(Number(id), outputs), priceInState(outputs));
}

/** Takes note of the instance that diff has shown for a resource of the program. */
export function noteCurrent(view: StackView, id: string, outputs: Bag, token: string): void {
  view.current.set(token, id);
  view.standing.set(id, token);
  // Only a create that got to its end, or an update in its place, writes it.
  if (outputs.rentedDollarsPerHour !== undefined) view.settled.add(token);
  if (typeof outputs.ownerToken === "string" && outputs.ownerToken !== token) view.formerTokens.add(outputs.ownerToken);
  noteIds(view, id, outputs, token);
  view.ledger.note(Number(id), resourceOf(Number(id), { ownerToken: token }), priceInState(outputs));
}

/** Whether diff has shown that instance as the one of a resource of the program, and it is not gone. */
export function isCurrent({ current }: StackView, id: string): boolean {
  return [...current.values()].includes(id);
}

/** That instance is gone: a create of its resource is no replacement any more. */
export function forgetCurrent(view: StackView, id: string): void {
  for (const [token, current] of view.current) if (current === id) view.current.delete(token);
  view.standing.delete(id);
}

/**
 * The instance that a create of this token replaces; undefined when it replaces none. Of what is replaced by `--replace` no diff tells, only the refresh
 * before it.
 */
export function replacedBy({ current, standing }: StackView, token: string): string | undefined {
  return current.get(token) ?? [...standing].findLast(([, owner]) => owner === token)?.[0];
}

function noteIds({ idsInState, idsOf }: StackView, id: string, { [REPLACED]: replaced }: Bag, token: string): void {
  const own = idsOf.get(token) ?? new Set();
  idsOf.set(token, own);
  for (const known of [Number(id), ...(Array.isArray(replaced) ? replaced.map(Number) : [])]) {
    idsInState.add(known);
    own.add(known);
  }
}

/** The name in the ledger of the resource that a contract belongs to; a contract without a token is one by itself. */
export function resourceOf(id: number, { ownerToken }: Bag): string {
  return typeof ownerToken === "string" && ownerToken !== "" ? ownerToken : `contract ${id}`;
}
