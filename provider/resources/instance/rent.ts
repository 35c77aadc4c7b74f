import type { Account } from "../../account/account.js";
import { type Budget, overBudget } from "../../account/budget.js";
import type { Rented } from "../../api/instances.js";
import { isUnknownOutcome } from "../../api/retry.js";
import type { Operation } from "../../engine/lifecycle.js";
import { ApiError, messageOf, NothingRentedError, OfferGoneError } from "../../errors.js";
import { describeQuery } from "../../offer/describe.js";
import type { OfferCandidate } from "../../offer/rank.js";
import { findOffer, searchOffers } from "../../offer/search.js";
import { lookUntil } from "../../wait.js";
import type { InstanceInputs } from "./inputs.js";
import { pendingLabel } from "./label.js";
import { money } from "./messages.js";
import { bestOf, findOwnContracts } from "./own-contracts.js";
import { FRESH_MS } from "./readiness.js";
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
}

export interface RentContext {
  readonly account: Account;
  readonly view: StackView;
  readonly budget: Budget;
  readonly inputs: InstanceInputs;
  readonly token: string;
  readonly operation: Operation;
  readonly attempts: Attempts;
}

/** How long a contract of a lost answer is looked for: a fresh one can be missing from lists for some seconds. */
const LOST_ANSWER_MS = 60_000;
const LOOK_EVERY_MS = 5_000;

/** Refusals that any other offer would meet as well. */
const FINAL_REFUSALS = new Set(["insufficient_credit", "spend_rate_limit", "no_ssh_key_for_vm", "missing_billing"]);

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
    tooDear = overBudget(context.budget, view.ledger.others(token), candidate.dollarsPerHour);
    if (tooDear !== undefined || !account.claims.claim(candidate.offerId)) continue;
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
  throw tooDear === undefined ? nothingRented(context, candidates.length) : refuseByBudget(tooDear);
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

async function candidatesOf({ account, inputs, operation, attempts }: RentContext): Promise<OfferCandidate[]> {
  const { search } = account.client.offers;
  const rental = { diskGb: inputs.diskGb, rentalType: inputs.rentalType, bidDollarsPerHour: inputs.bidDollarsPerHour };
  if (inputs.offerId !== undefined) {
    const found = await findOffer(search, inputs.offerId, rental, operation.signal);
    return found && found.dollarsPerHour <= (inputs.maxDollarsPerHour ?? Number.POSITIVE_INFINITY) ? [found] : [];
  }
  operation.progress(`searching: ${describeQuery(inputs.offer ?? {})}`);
  const wanted = {
    ...rental,
    query: inputs.offer ?? {},
    maxDollarsPerHour: inputs.maxDollarsPerHour,
    orderBy: inputs.orderBy,
    defaultFilters: inputs.defaultFilters,
    // Others in this process hold some of the best already.
    most: inputs.maxAttempts + attempts.failed.length + account.claims.count() + 5,
  };
  return searchOffers(search, wanted, operation.signal);
}

async function tryOffer(context: RentContext, candidate: OfferCandidate): Promise<Contract | undefined> {
  const { account, inputs, token, operation, attempts } = context;
  const hours = inputs.timeToLiveHours;
  const expiry = hours === undefined ? undefined : expiryIn(hours, account.clock.now());
  const guarded =
    expiry === undefined ? undefined : withWatchdog(inputs.onstart, expiry, account.settings.apiUrl, token);
  const body = toRentBody(inputs, pendingLabel(token), guarded);
  let rented: Rented;
  try {
    rented = await account.client.instances.rent(candidate.offerId, body, operation.signal);
  } catch (error) {
    if (isUnknownOutcome(error)) return afterLostAnswer(context, candidate, error);
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
  };
  operation.exists(String(contract.id), {
    instanceId: contract.id,
    rentedAt,
    ...(expiry === undefined ? {} : { expiresAt: expiryText(expiry) }),
    ...(rented.instanceApiKey === undefined ? {} : { instanceApiKey: rented.instanceApiKey }),
  });
  if (rented.refusedBecause === undefined || (await mayStillWin(context, contract.id))) return contract;
  await giveBack(context, contract.id, account.clock.now() + FRESH_MS);
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
): Promise<Contract | undefined> {
  const { account, operation, attempts } = context;
  attempts.answerLost = true;
  operation.warn(
    `The answer to renting offer ${candidate.offerId} was lost (${messageOf(error)}) Looking for the contract by its label before anything else is rented.`,
  );
  const options = { everyMs: LOOK_EVERY_MS, deadline: account.clock.now() + LOST_ANSWER_MS, signal: operation.signal };
  const found = await lookUntil(account.clock, () => findPending(context), options);
  return found ?? failed(attempts, candidate, "its answer was lost and no contract appeared");
}

/** Adopts the left-over contract of this resource, if there is one. */
export async function findPending(context: RentContext): Promise<Contract | undefined> {
  const { account, view, token, operation } = context;
  const { pending } = await findOwnContracts(account, view.idsInState, token, operation.signal);
  const row = bestOf(pending);
  if (!row) return undefined;
  operation.exists(String(row.id), { instanceId: row.id });
  return { id: row.id };
}

/** Ends a contract that is not wanted after all, for certain, before anything else is rented. */
export async function giveBack(
  { account, inputs, operation }: RentContext,
  id: number,
  tooYoungUntil?: number,
): Promise<void> {
  const timeoutMs = inputs.timeouts.deleteMinutes * 60_000;
  await account.destroy(id, { timeoutMs, tooYoungUntil, signal: operation.signal });
  operation.ended();
}

function refused(candidate: OfferCandidate, error: unknown): unknown {
  if (!(error instanceof ApiError)) return error;
  const { code, refusal } = error;
  const remedy = FINAL_REFUSALS.has(code)
    ? "Put credit on the account (https://cloud.vast.ai/billing/) or raise its limits, then run again."
    : "Correct the inputs that it names, then run again.";
  return new NothingRentedError(
    code,
    `Vast refused to rent offer ${candidate.offerId}: "${refusal.said}" (${code}, HTTP ${refusal.status}). ` +
      `This run rented nothing, so it costs nothing. ${remedy}`,
  );
}

/** What to say when a create ends with no contract after an answer was lost: one may still turn up, and bills. */
function maybeRented({ token }: RentContext, error: unknown): NothingRentedError {
  return new NothingRentedError(
    "answer_lost",
    `${messageOf(error)} The answer to a rent was lost before: should its contract turn up, it carries the label \`${pendingLabel(token)}\` ` +
      "and is billed. The next `pulumi up` looks for it and takes it up; `vastai show instances` shows it.",
  );
}

function nothingRented({ inputs, attempts }: RentContext, found: number): NothingRentedError {
  const cap = inputs.maxDollarsPerHour === undefined ? "" : ` at ${money(inputs.maxDollarsPerHour)} or less`;
  const tried = attempts.failed
    .map(
      ({ offerId, dollarsPerHour, why }) =>
        `${offerId ?? "a found contract"}${dollarsPerHour === undefined ? "" : ` (${money(dollarsPerHour)})`}: ${why}`,
    )
    .join("; ");
  if (inputs.offerId !== undefined && !tried) {
    return new NothingRentedError(
      "no_offer",
      `Offer ${inputs.offerId} is not on the market${cap}. This run rented nothing, so it costs nothing. ` +
        "Offers vanish when they are rented: give another `offerId`, or a query in `offer`.",
    );
  }
  if (!tried && found > 0) {
    return new NothingRentedError(
      "all_claimed",
      `${found} offers fit ${describeQuery(inputs.offer ?? {})}, and other instances of this run have taken them, or nothing boots on their ` +
        "machines. Nothing was rented for this one, so it costs nothing. Loosen the query, or run again later.",
    );
  }
  if (!tried) {
    return new NothingRentedError(
      "no_offer",
      `No offer fits ${describeQuery(inputs.offer ?? {})} with ${inputs.diskGb} GB of disk${cap}. This run rented nothing, so it costs nothing. ` +
        "Loosen the query, raise `maxDollarsPerHour`, or run again later.",
    );
  }
  return new NothingRentedError(
    "all_failed",
    `None of the ${attempts.failed.length} offers tried could be kept (${found} fitted): ${tried}. ` +
      `${attempts.answerLost ? "" : "What this run rented was given back, and is not billed any more. "}` +
      "Run again, loosen the query, or raise `maxAttempts`.",
  );
}
