import type { Account } from "../../account/account.js";
import { type Budget, overBudget } from "../../account/budget.js";
import type { WireInstance } from "../../api/instance-row.js";
import type { Rented } from "../../api/instances.js";
import { isUnknownOutcome } from "../../api/retry.js";
import { markOf, TAKEN_UP } from "../../engine/entries.js";
import type { Operation } from "../../engine/lifecycle.js";
import { messageOf, NothingRentedError, OfferGoneError } from "../../errors.js";
import { newVolumeDollarsPerHour } from "../../offer/price.js";
import type { OfferCandidate } from "../../offer/rank.js";
import { forgetMarket } from "../../offer/remembered.js";
import { lookUntil } from "../../wait.js";
import { candidatesOf, searchText, whyNone } from "./candidates.js";
import { volumeMadeWith } from "./created-volumes.js";
import { giveBack } from "./give-back.js";
import type { InstanceInputs } from "./inputs.js";
import { pendingLabel } from "./label.js";
import { unlike } from "./likeness.js";
import { money } from "./messages.js";
import { type Mount, volumeInfo } from "./mount.js";
import { bestOf, findOwnContracts } from "./own-contracts.js";
import { placed, placeOf, placeOfOffer, tooFewMachines } from "./placement.js";
import { costText, nothingRented, refused } from "./rent-failures.js";
import { toRentBody } from "./rent-request.js";
import type { StackView } from "./stack-view.js";
import { type Expiry, expiryIn, expiryText, withWatchdog } from "./time-to-live.js";

/** A contract that is ours now. */
export interface Contract {
  readonly id: number;
  /** The offer that was rented; undefined when the contract was found and not rented just now. */
  readonly offerId?: number | undefined;
  readonly instanceApiKey?: string | undefined;
  /** When it was rented, ISO 8601; undefined when it was found. */
  readonly rentedAt?: string | undefined;
  /** When it was found and taken up, ISO 8601; undefined when it was rented just now. */
  readonly [TAKEN_UP]?: string | undefined;
  /** When it ends itself, if it was rented with a time to live. */
  readonly expiry?: Expiry | undefined;
  /** What the offer promised to cost while running, in $/h; undefined when the contract was found and not rented just now. */
  readonly offeredDollarsPerHour?: number | undefined;
  /** Name of the volume that was to be made with it. */
  readonly newVolumeName?: string | undefined;
  /** What that volume costs in $/h, as far as it is known. */
  readonly newVolumeDollarsPerHour?: number | undefined;
}

/** One offer that did not become the instance. */
interface FailedAttempt {
  readonly offerId: number | undefined;
  readonly dollarsPerHour: number | undefined;
  readonly why: string;
}

/** What one create has tried so far. */
export interface Attempts {
  readonly failed: FailedAttempt[];
  /** Contracts that were rented, or taken up, and are ended for certain. */
  readonly givenBack: number[];
  /** A rent call's answer was lost: a contract may turn up later. */
  answerLost: boolean;
  /** Names of volumes that lost rents asked for, whose contracts did not turn up. */
  readonly lostVolumeNames: string[];
  /** Volumes that were made with contracts that are gone, and stay: each in words. */
  readonly volumesLeft: string[];
}

export interface RentContext {
  readonly account: Account;
  readonly view: StackView;
  readonly budget: Budget;
  readonly inputs: InstanceInputs;
  readonly token: string;
  readonly operation: Operation;
  readonly attempts: Attempts;
  /** What each rent mounts; undefined when the program wants no volume, and before it is planned. */
  mount: Mount | undefined;
}

/** How long a contract of a lost answer is looked for: a fresh one can be missing from lists for some seconds. */
const LOST_ANSWER_MS = 60_000;
const LOOK_EVERY_MS = 5_000;
/** An answer that is as young was given after the others paused. */
const FRESH_MARKET_MS = 5_000;
/** Thrown instead of sending a rent that others on the account have overtaken. */
const OVERTAKEN = new Error("overtaken");
/** An older answer of the market is asked for again when an offer of it is gone, and before it is believed that nothing is to be had. */
const OLD_MARKET_MS = 15_000;
const TAKEN = "taken before it could be rented";
/** Among how many more offers to choose for each race that was lost. */
const NEXT_BEST = 2;

/**
 * Rents the best offer that is still to be had: once, under the pending label. Taken offers are skipped. When the answer to a rent is
 * lost, the label decides whether there is a contract; the call is never repeated on a guess.
 */
export async function rentNext(context: RentContext): Promise<Contract> {
  const { account, view, inputs, token, attempts, operation } = context;
  operation.progress(`searching: ${searchText(context)}`);
  // Before its turn: searches for other wishes take theirs meanwhile. What they found is not held by the many who wait for theirs.
  await candidatesOf(context);
  let candidates: readonly OfferCandidate[] = [];
  let tooDear: string | undefined;
  await checkCredit(context);
  while (attempts.failed.length < inputs.maxAttempts) {
    const leave = await account.renting.take(operation.signal, (before) =>
      operation.progress(`waiting for its turn to rent: ${before} before it`),
    );
    try {
      candidates = await candidatesOf(context);
      const choice = choose(context, candidates);
      tooDear = choice.tooDear;
      if (choice.candidate) {
        const contract = await tryOffer(context, choice.candidate, leave);
        if (contract) return contract;
      } else if (!forgetMarket(account, OLD_MARKET_MS)) {
        break;
      }
    } finally {
      leave();
    }
  }
  // A contract of a lost answer that shows only now is what was wanted.
  const late = attempts.answerLost ? await findPending(context) : undefined;
  if (late) return late;
  view.ledger.remove(token);
  if (tooDear !== undefined && attempts.failed.length === 0) throw refuseByBudget(context, tooDear);
  const crowded = attempts.failed.length === 0 && tooFewMachines(candidates, inputs.placement, siblingsOf(context));
  if (crowded) throw crowded;
  const why = candidates.length === 0 && attempts.failed.length === 0 ? await whyNone(context) : "";
  throw nothingRented(context, candidates.length, why);
}

/**
 * Takes the best candidate that is to be had, for this create alone: nothing is awaited between the choice and the notes of it, so that creates
 * which run at the same time see it. Whoever has lost a race takes one of the next best: other runners, who see the same market, would choose the
 * same offer again and again. `tooDear` says why the best is over the budget.
 */
function choose(
  context: RentContext,
  candidates: readonly OfferCandidate[],
): { candidate?: OfferCandidate; tooDear?: string | undefined } {
  const { account, view, budget, inputs, token, attempts, operation } = context;
  const { placement } = inputs;
  const lostRaces = attempts.failed.filter(({ why }) => why === TAKEN).length;
  const free: OfferCandidate[] = [];
  let tooDear: string | undefined;
  for (const candidate of placed(candidates, placement, () => siblingsOf(context))) {
    if (attempts.failed.some(({ offerId }) => offerId === candidate.offerId)) continue;
    if (candidate.machineId !== null && account.claims.isAvoided(candidate.machineId)) continue;
    const over = overBudget(budget, view.ledger.others(token), candidate.dollarsPerHour);
    // The best offer's price is the one to tell.
    tooDear ??= over;
    if (over === undefined && !account.claims.isClaimed(candidate.offerId)) free.push(candidate);
    if (free.length > NEXT_BEST * lostRaces) break;
  }
  // The token differs between resources and runners, so they part.
  const candidate = free[(Number.parseInt(token.slice(0, 6), 16) * lostRaces) % free.length || 0];
  if (candidate === undefined) return { tooDear };
  account.claims.claim(candidate.offerId);
  view.ledger.note(token, candidate.dollarsPerHour);
  view.siblings.take(token, placement, placeOfOffer(candidate));
  operation.progress(`renting offer ${candidate.offerId} at ${money(candidate.dollarsPerHour)}`);
  return { candidate };
}

function siblingsOf({ view, inputs, token }: RentContext) {
  return view.siblings.of(inputs.placement?.group ?? "", token);
}

async function checkCredit(context: RentContext): Promise<void> {
  const { account, budget, operation } = context;
  const least = budget.minCreditDollars;
  if (least === undefined) return;
  const { credit } = await account.client.users.current(operation.signal);
  if (typeof credit === "number" && credit >= least) return;
  throw refuseByBudget(
    context,
    `the account has ${credit ?? "an unknown number of"} $ of credit and vastai:minCredit asks for ${least}`,
  );
}

function refuseByBudget({ attempts }: RentContext, why: string): NothingRentedError {
  return new NothingRentedError(
    "over_budget",
    `Over the stack's budget: ${why}. ${costText(attempts, "Nothing was rented for this resource")}` +
      "Raise the limit in the stack configuration, or leave instances out. A replacement counts twice while both run: " +
      "the option `deleteBeforeReplace` ends the old one first.",
  );
}

/** Rents an offer. `onSend` is called when the call goes out: whoever comes next may choose then. */
async function tryOffer(
  context: RentContext,
  candidate: OfferCandidate,
  onSend: () => void,
): Promise<Contract | undefined> {
  const { account, inputs, token, operation, attempts } = context;
  const hours = inputs.timeToLiveHours;
  const expiry = hours === undefined ? undefined : expiryIn(hours, account.clock.now());
  const guarded =
    expiry === undefined ? undefined : withWatchdog(inputs.onstart, expiry, account.settings.apiUrl, token);
  const { mount } = context;
  const newVolumeName = mount?.is === "new" ? mount.nextName() : undefined;
  const body = toRentBody(inputs, pendingLabel(token), {
    guardedOnstart: guarded,
    volumeInfo: mount && volumeInfo(mount, candidate.offer, newVolumeName),
  });
  let rented: Rented;
  try {
    const onOvertaken = () => {
      throw OVERTAKEN;
    };
    const onYield = () =>
      operation.progress("others are renting on this account: waiting for a pause, with nothing rented");
    const waits = { signal: operation.signal, onSend, onYield, onOvertaken };
    rented = await account.client.instances.rent(candidate.offerId, body, waits);
  } catch (error) {
    if (error === OVERTAKEN) return lookAnew(context, candidate);
    if (isUnknownOutcome(error)) return afterLostAnswer(context, candidate, error, newVolumeName);
    if (error instanceof OfferGoneError) {
      forgetMarket(account, OLD_MARKET_MS);
      return failed(attempts, candidate, TAKEN);
    }
    account.claims.release(candidate.offerId);
    throw refused(context, candidate, error);
  }
  const rentedAt = new Date(account.clock.now()).toISOString();
  const contract: Contract = {
    id: rented.id,
    offerId: candidate.offerId,
    instanceApiKey: rented.instanceApiKey,
    rentedAt,
    expiry,
    offeredDollarsPerHour: candidate.dollarsPerHour,
    newVolumeName,
    newVolumeDollarsPerHour: mount?.is === "new" ? newVolumeDollarsPerHour(candidate.offer, mount.sizeGb) : undefined,
  };
  operation.exists(String(contract.id), {
    instanceId: contract.id,
    rentedAt,
    ...(newVolumeName === undefined ? {} : { createdVolumeName: newVolumeName }),
    ...(expiry === undefined ? {} : { expiresAt: expiryText(expiry) }),
    ...(rented.instanceApiKey === undefined ? {} : { instanceApiKey: rented.instanceApiKey }),
  });
  if (rented.refusedBecause === undefined || (await mayStillWin(context, contract.id))) return contract;
  await giveBack(context, contract, { mayHoldData: false });
  return failed(attempts, candidate, `refused: ${rented.refusedBecause}`);
}

/** Others on the account have rented while this one waited, in all likelihood what it had chosen. */
function lookAnew({ account, operation }: RentContext, { offerId }: OfferCandidate): undefined {
  operation.progress("others were renting on this account; looking at the market anew");
  account.claims.release(offerId);
  // Several may hear of it one after another.
  forgetMarket(account, FRESH_MARKET_MS);
}

function failed(attempts: Attempts, { offerId, dollarsPerHour }: OfferCandidate, why: string): undefined {
  attempts.failed.push({ offerId, dollarsPerHour, why });
}

/** A bid at or above the machine's least bid waits for its turn; below it, the contract would never run and bills its disk. */
async function mayStillWin({ account, inputs, operation }: RentContext, id: number): Promise<boolean> {
  if (inputs.rentalType !== "interruptible") return false;
  const row = await account.look(id, operation.signal);
  return (inputs.bidDollarsPerHour ?? 0) >= (row?.min_bid ?? Number.POSITIVE_INFINITY);
}

async function afterLostAnswer(
  context: RentContext,
  candidate: OfferCandidate,
  error: unknown,
  newVolumeName: string | undefined,
): Promise<Contract | undefined> {
  const { account, operation, attempts } = context;
  attempts.answerLost = true;
  operation.warn(
    `The answer to renting offer ${candidate.offerId} was lost (${messageOf(error)}) Looking for the contract by its label before anything else is rented.`,
  );
  const options = { everyMs: LOOK_EVERY_MS, deadline: account.clock.now() + LOST_ANSWER_MS, signal: operation.signal };
  const found = await lookUntil(account.clock, () => findPending(context, newVolumeName), options);
  if (!found && newVolumeName !== undefined) attempts.lostVolumeNames.push(newVolumeName);
  return found ?? failed(attempts, candidate, "its answer was lost and no contract appeared");
}

/**
 * Looks for the contract of a lost answer, and adopts it. One of another kind was left by a run of another program, and lists have hidden it so far: the
 * sweep ends it.
 */
async function findPending(context: RentContext, newVolumeName?: string): Promise<Contract | undefined> {
  const { account, view, token, inputs, operation } = context;
  const { pending } = await findOwnContracts(account, view, token, operation);
  return takeUp(
    context,
    pending.filter((row) => unlike(row, inputs) === undefined),
    newVolumeName,
  );
}

/**
 * Adopts the best of the contracts that a list has shown. The volume that came with it is told by the name that was ordered, or by looking.
 */
export async function takeUp(
  context: RentContext,
  pending: readonly WireInstance[],
  newVolumeName?: string,
): Promise<Contract | undefined> {
  const { account, view, token, inputs, operation } = context;
  const row = bestOf(pending);
  if (!row) return undefined;
  const contract = takenUp(context, { id: row.id });
  view.siblings.take(token, inputs.placement, placeOf(row.machine_id, row.host_id, row.geolocation));
  const made = await volumeMadeWith(account, row, inputs, operation.signal);
  const name = made?.label ?? newVolumeName;
  if (name === undefined) return contract;
  operation.exists(String(row.id), { createdVolumeName: name });
  return { ...contract, newVolumeName: name };
}

/** A contract that was not rented just now, with the moment at which it became the resource. */
export function takenUp({ account, operation }: RentContext, { id }: Contract): Contract {
  const contract = { id, [TAKEN_UP]: new Date(account.clock.now()).toISOString() };
  operation.exists(String(id), { instanceId: id, ...markOf(contract) });
  return contract;
}
