import type { Account } from "../../account/account.js";
import { type Budget, overBudget } from "../../account/budget.js";
import type { Rented } from "../../api/instances.js";
import { isUnknownOutcome } from "../../api/retry.js";
import type { Operation } from "../../engine/lifecycle.js";
import { messageOf, NothingRentedError, OfferGoneError } from "../../errors.js";
import { newVolumeDollarsPerHour } from "../../offer/price.js";
import type { OfferCandidate } from "../../offer/rank.js";
import { lookUntil } from "../../wait.js";
import { candidatesOf, whyNone } from "./candidates.js";
import { volumeMadeWith } from "./created-volumes.js";
import { giveBack } from "./give-back.js";
import type { InstanceInputs } from "./inputs.js";
import { pendingLabel } from "./label.js";
import { money } from "./messages.js";
import { type Mount, volumeInfo } from "./mount.js";
import { bestOf, findOwnContracts } from "./own-contracts.js";
import { FRESH_MS } from "./readiness.js";
import { maybeRented, nothingRented, refused } from "./rent-failures.js";
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

/**
 * Rents the best offer that is still to be had: once, under the pending label. Taken offers are skipped. When the answer to a rent is
 * lost, the label decides whether there is a contract; the call is never repeated on a guess.
 */
export async function rentNext(context: RentContext): Promise<Contract> {
  try {
    return await rentBest(context);
  } catch (error) {
    throw context.attempts.answerLost ? maybeRented(context, error) : error;
  }
}

async function rentBest(context: RentContext): Promise<Contract> {
  const { account, view, inputs, token, attempts, operation } = context;
  const candidates = await candidatesOf(context);
  let tooDear: string | undefined;
  await checkCredit(context);
  for (const candidate of candidates) {
    if (attempts.failed.length >= inputs.maxAttempts) break;
    if (attempts.failed.some(({ offerId }) => offerId === candidate.offerId)) continue;
    if (candidate.machineId !== null && account.claims.isAvoided(candidate.machineId)) continue;
    const over = overBudget(context.budget, view.ledger.others(token), candidate.dollarsPerHour);
    // The best offer's price is the one to tell.
    tooDear ??= over;
    if (over !== undefined || !account.claims.claim(candidate.offerId)) continue;
    operation.signal.throwIfAborted();
    // Noted before anything is awaited: creates that run at the same time see it.
    view.ledger.note(token, candidate.dollarsPerHour);
    operation.progress(`renting offer ${candidate.offerId} at ${money(candidate.dollarsPerHour)}`);
    const contract = await tryOffer(context, candidate);
    if (contract) return contract;
  }
  // A contract of a lost answer that shows only now is what was wanted.
  const late = attempts.answerLost ? await findPending(context) : undefined;
  if (late) return late;
  view.ledger.remove(token);
  if (tooDear !== undefined && attempts.failed.length === 0) throw refuseByBudget(tooDear);
  const why = candidates.length === 0 && attempts.failed.length === 0 ? await whyNone(context) : "";
  throw nothingRented(context, candidates.length, why);
}

async function checkCredit({ account, budget, operation }: RentContext): Promise<void> {
  const least = budget.minCreditDollars;
  if (least === undefined) return;
  const { credit } = await account.client.users.current(operation.signal);
  if (typeof credit === "number" && credit >= least) return;
  throw refuseByBudget(
    `the account has ${credit ?? "an unknown number of"} $ of credit and vastai:minCredit asks for ${least}`,
  );
}

function refuseByBudget(why: string): NothingRentedError {
  return new NothingRentedError(
    "over_budget",
    `Over the stack's budget: ${why}. Nothing was rented for this resource, so it costs nothing. ` +
      "Raise the limit in the stack configuration, or leave instances out. A replacement counts twice while both run: " +
      "the option `deleteBeforeReplace` ends the old one first.",
  );
}

async function tryOffer(context: RentContext, candidate: OfferCandidate): Promise<Contract | undefined> {
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
    rented = await account.client.instances.rent(candidate.offerId, body, operation.signal);
  } catch (error) {
    if (isUnknownOutcome(error)) return afterLostAnswer(context, candidate, error, newVolumeName);
    account.claims.release(candidate.offerId);
    if (!(error instanceof OfferGoneError)) throw refused(candidate, error);
    return failed(attempts, candidate, "taken before it could be rented");
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
  await giveBack(context, contract, { tooYoungUntil: account.clock.now() + FRESH_MS, mayHoldData: false });
  return failed(attempts, candidate, `refused: ${rented.refusedBecause}`);
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
 * Adopts the left-over contract of this resource, if there is one. The volume that came with it is told by the name that was ordered, or by
 * looking.
 */
export async function findPending(context: RentContext, newVolumeName?: string): Promise<Contract | undefined> {
  const { account, view, token, inputs, operation } = context;
  const { pending } = await findOwnContracts(account, view.idsInState, token, operation.signal);
  const row = bestOf(pending);
  if (!row) return undefined;
  operation.exists(String(row.id), { instanceId: row.id });
  const made = await volumeMadeWith(account, row, inputs, operation.signal);
  const name = made?.label ?? newVolumeName;
  if (name === undefined) return { id: row.id };
  operation.exists(String(row.id), { createdVolumeName: name });
  return { id: row.id, newVolumeName: name };
}
