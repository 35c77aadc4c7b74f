import type { Account } from "../../../account/account.js";
import { type Budget, overBudget } from "../../../account/budget.js";
import { type Hold, withOneMore } from "../../../account/ledger.js";
import type { WireInstance } from "../../../api/instance-row.js";
import type { Rented } from "../../../api/instances.js";
import { isUnknownOutcome } from "../../../api/retry.js";
import type { TAKEN_UP } from "../../../engine/entries.js";
import type { Operation } from "../../../engine/lifecycle.js";
import { type NothingRentedError, OfferGoneError } from "../../../errors.js";
import { newVolumeDollarsPerHour } from "../../../offer/price.js";
import type { OfferCandidate } from "../../../offer/rank.js";
import { forgetMarket } from "../../../offer/remembered.js";
import { scrubber } from "../boot/scrubber.js";
import { knownOf } from "../boot/secret-values.js";
import { placed, placeOfOffer, tooFewMachines } from "../fleet/placement.js";
import type { InstanceInputs } from "../inputs.js";
import { type Expiry, pendingLabel } from "../label.js";
import { money } from "../messages.js";
import { VOLUME_PRICE } from "../price.js";
import { checkCredit, refuseByBudget } from "../stack/stack-budget.js";
import type { StackView } from "../stack/stack-view.js";
import { expiryIn, expiryText } from "../time-to-live/time-to-live.js";
import { withWatchdog } from "../time-to-live/watchdog.js";
import { type Mount, volumeInfo } from "../volumes/mount.js";
import { openBill } from "./bill.js";
import { candidatesOf, searchText, whyNone } from "./candidates.js";
import { giveBack } from "./give-back.js";
import { findLate } from "./left-over.js";
import { afterLostAnswer, findPending } from "./lost-answer.js";
import { failed, nothingRented, refused } from "./rent-failures.js";
import { toRentBody } from "./rent-request.js";

/** A contract that is ours now. */
export interface Contract {
  readonly id: number;
  /** The offer that was rented; undefined when the contract was found and not rented just now. */
  readonly offerId?: number | undefined;
  /** The machine that the offer is on, as far as it is known. */
  readonly machineId?: number | undefined;
  readonly instanceApiKey?: string | undefined;
  /** When it was rented, ISO 8601; undefined when it was found. */
  readonly rentedAt?: string | undefined;
  /** When it was found and taken up, ISO 8601; undefined when it was rented just now. */
  readonly [TAKEN_UP]?: string | undefined;
  /** What it is meant to be, of one that was adopted: it is left so, and the next preview shows what the program wants else. */
  readonly adoptedState?: "running" | "stopped" | undefined;
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
export interface FailedAttempt {
  readonly offerId: number | undefined;
  readonly dollarsPerHour: number | undefined;
  readonly code: "taken" | "answer_lost" | "refused" | "too_dear" | "boot_failed";
  /** The same in words, with what it cost. */
  readonly why: string;
  /** Its boot failed in a way that the image may be at fault for: a text that is the same when another machine fails like this. */
  readonly unclear?: string | undefined;
}

/** What one create has tried so far. */
export interface Attempts {
  /** When the create began, in milliseconds of the clock. */
  readonly startedAt: number;
  /** When it was last looked for contracts that stand in no state. */
  lookedAt: number;
  /** How many attempts had failed by then, but for races that were lost. */
  slowAtLook: number;
  /** A short list has shown one since. */
  lateShown: boolean;
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
  /** The place of this create in the ledger of the stack. */
  readonly hold: Hold;
  readonly inputs: InstanceInputs;
  readonly token: string;
  readonly operation: Operation;
  readonly attempts: Attempts;
  /** What each rent mounts; undefined when the program wants no volume, and before it is planned. */
  mount: Mount | undefined;
}

/** An answer that is as young was given after the others paused. */
const FRESH_MARKET_MS = 5_000;
/** Thrown instead of sending a rent that others on the account have overtaken. */
const OVERTAKEN = new Error("overtaken");
/** An older answer of the market is asked for again when an offer of it is gone, and before it is believed that nothing is to be had. */
const OLD_MARKET_MS = 15_000;
/** Among how many more offers to choose for each race that was lost. */
const NEXT_BEST = 2;

/**
 * Rents the best offer that is still to be had: once, under the pending label. Taken offers are skipped. When the answer to a rent is
 * lost, the label decides whether there is a contract; the call is never repeated on a guess.
 */
export async function rentNext(context: RentContext): Promise<Contract> {
  const { account, inputs, attempts, operation } = context;
  operation.progress(`searching: ${searchText(context)}`);
  // Before its turn: searches for other wishes take theirs meanwhile. What they found is not held by the many who wait for theirs.
  let fitting = (await candidatesOf(context)).length;
  let tooDear: string | undefined;
  let crowded: NothingRentedError | undefined;
  await checkCredit(context);
  while (attempts.failed.length < inputs.maxAttempts) {
    const leave = await account.renting.take(operation.signal, (before) =>
      operation.progress(`waiting for its turn to rent: ${before} before it`),
    );
    try {
      const late = await findLate(context);
      if (late) return late;
      const candidates = await candidatesOf(context);
      fitting = candidates.length;
      const choice = choose(context, candidates);
      tooDear = choice.tooDear;
      if (choice.candidate) {
        const contract = await tryOffer(context, choice.candidate, leave);
        if (contract) return contract;
      } else if (!forgetMarket(account, OLD_MARKET_MS)) {
        crowded = tooFewMachines(candidates, inputs.placement, siblingsOf(context));
        break;
      }
    } finally {
      leave();
    }
  }
  // A contract of a lost answer that shows only now is what was wanted.
  const late = attempts.answerLost ? await findPending(context) : undefined;
  if (late) return late;
  if (tooDear !== undefined && attempts.failed.length === 0) throw refuseByBudget(context, tooDear);
  if (crowded !== undefined && attempts.failed.length === 0) throw crowded;
  const isNone = fitting === 0 && attempts.failed.length === 0;
  const why = isNone ? await whyNone(context) : tooDear === undefined ? "" : `With the next one ${tooDear}.`;
  throw nothingRented(context, fitting, why);
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
  const { account, view, budget, hold, inputs, token, attempts, operation } = context;
  const { placement, targetState } = inputs;
  const inState = ({ dollarsPerHour, dollarsPerHourStopped }: OfferCandidate) =>
    targetState === "stopped" ? dollarsPerHourStopped : dollarsPerHour;
  const lostRaces = attempts.failed.filter(({ code }) => code === "taken").length;
  const free: OfferCandidate[] = [];
  let tooDear: string | undefined;
  for (const candidate of placed(candidates, placement, () => siblingsOf(context))) {
    if (account.claims.isAvoided(candidate.machineId)) continue;
    const over = overBudget(budget, withOneMore(view.ledger.now({ resource: token }), inState(candidate)));
    // The best offer's price is the one to tell.
    tooDear ??= over;
    if (over === undefined && !account.claims.isClaimed(candidate.offerId)) free.push(candidate);
    if (free.length > NEXT_BEST * lostRaces) break;
  }
  // The token differs between resources and runners, so they part.
  const candidate = free[(Number.parseInt(token.slice(0, 6), 16) * lostRaces) % free.length || 0];
  if (candidate === undefined) return { tooDear };
  account.claims.claim(candidate.offerId);
  hold.take(inState(candidate));
  view.siblings.take(token, placement, placeOfOffer(candidate));
  operation.progress(`renting offer ${candidate.offerId} at ${money(candidate.dollarsPerHour)}`);
  return { candidate };
}

function siblingsOf({ view, inputs, token }: RentContext) {
  return view.siblings.of(inputs.placement?.group, token);
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
  const guarded = expiry === undefined ? undefined : withWatchdog(inputs.onstart, expiry, account.settings.apiUrl);
  const { mount } = context;
  const ordered =
    mount?.is === "new"
      ? { name: mount.nextName(), dollarsPerHour: newVolumeDollarsPerHour(candidate.offer, mount.sizeGb) }
      : undefined;
  const body = toRentBody(inputs, pendingLabel(token), {
    guardedOnstart: guarded,
    volumeInfo: mount && volumeInfo(mount, candidate.offer, ordered?.name),
  });
  const scrub = scrubber(knownOf(account, inputs, undefined));
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
    if (isUnknownOutcome(error)) return afterLostAnswer(context, candidate, error, ordered);
    if (error instanceof OfferGoneError) {
      forgetMarket(account, OLD_MARKET_MS);
      return failed(attempts, candidate, "taken", "taken before it could be rented");
    }
    account.claims.release(candidate.offerId);
    throw refused(context, candidate, error, scrub);
  }
  const rentedAt = new Date(account.clock.now()).toISOString();
  const contract: Contract = {
    id: rented.id,
    offerId: candidate.offerId,
    machineId: candidate.machineId ?? undefined,
    instanceApiKey: rented.instanceApiKey,
    rentedAt,
    expiry,
    offeredDollarsPerHour: candidate.dollarsPerHour,
    newVolumeName: ordered?.name,
    newVolumeDollarsPerHour: ordered?.dollarsPerHour,
  };
  const volumePrice = ordered?.dollarsPerHour ?? 0;
  operation.exists(String(contract.id), {
    instanceId: contract.id,
    rentedAt,
    // Until a row tells: a run that is cut off before that leaves what counts.
    dollarsPerHour: candidate.dollarsPerHour - volumePrice,
    dollarsPerHourStopped: candidate.dollarsPerHourStopped - volumePrice,
    ...(ordered && { createdVolumeName: ordered.name, [VOLUME_PRICE]: volumePrice }),
    ...(expiry === undefined ? {} : { expiresAt: expiryText(expiry) }),
    ...(rented.instanceApiKey === undefined ? {} : { instanceApiKey: rented.instanceApiKey }),
  });
  if (rented.refusedBecause === undefined) return contract;
  const row = await account.look(contract.id, operation.signal);
  if (row && mayStillWin(row, inputs)) return contract;
  const bill = openBill(contract);
  if (row) bill.note(row, account.clock.now());
  // It was never to start.
  const billed = await giveBack(context, contract, { ...bill, mayHoldData: () => false });
  return failed(attempts, candidate, "refused", `refused: ${scrub(rented.refusedBecause)}${billed}`);
}

/** Others on the account have rented while this one waited, in all likelihood what it had chosen. */
function lookAnew({ account, operation }: RentContext, { offerId }: OfferCandidate): undefined {
  operation.progress("others were renting on this account; looking at the market anew");
  account.claims.release(offerId);
  // Several may hear of it one after another.
  forgetMarket(account, FRESH_MARKET_MS);
}

/** A bid at or above the machine's least bid waits for its turn; below it, the contract would never run and bills its disk. */
function mayStillWin(row: WireInstance, { bidDollarsPerHour = Number.NaN }: InstanceInputs): boolean {
  return bidDollarsPerHour >= (row.min_bid ?? Number.POSITIVE_INFINITY);
}
