import type { Account } from "../../../account/account.js";
import { fullImage } from "../../../api/image.js";
import type { Operation } from "../../../engine/lifecycle.js";
import { messageOf } from "../../../errors.js";
import { lookAtMarket, type Outlook, outlookText, outlookWarnings } from "../../../offer/outlook.js";
import { rememberedSearch } from "../../../offer/remembered.js";
import { findOffer, type WantedOffer } from "../../../offer/search.js";
import { standingDefaults } from "../../../offer/wire-filters.js";
import type { InstanceInputs } from "../inputs.js";
import { wantedBy } from "../rent/candidates.js";
import { createBudgetForetelling } from "./foretell-budget.js";
import type { StackView } from "./stack-view.js";

/** What all new instances of one process together may wait for the market: a preview is not to be slow. */
const MOST_MS = 2_000;

/** Inputs that the price hangs on. */
const PRICE_INPUTS = [
  "offer",
  "offerId",
  "orderBy",
  "rentalType",
  "bidDollarsPerHour",
  "maxDollarsPerHour",
  "diskGb",
  "volumes",
  "defaultFilters",
  "adoptInstanceId",
] as const satisfies readonly (keyof InstanceInputs)[];

/** Says beside a new instance what it would cost and what speaks against it. Never fails. */
export type Foretell = (
  inputs: InstanceInputs,
  unknown: ReadonlySet<string>,
  account: () => Account,
  operation: Operation,
) => Promise<void>;

/**
 * Makes what tells the prices of one process: one search for all instances that want the same, none without end. A market that does not answer
 * is no error: the line then says why there is no price. `pulumi config set vastai:previewPrices false` switches it off.
 */
export function createForetelling(view: Pick<StackView, "ledger">): Foretell {
  const budget = createBudgetForetelling(view);
  let leftMs = MOST_MS;

  /** Runs a look at the market within what is left of the time. */
  async function within<T>(
    account: Account,
    signal: AbortSignal,
    look: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { clock, settings } = account;
    const startedAt = clock.now();
    const limit = clock.timeLimit(leftMs);
    try {
      return await look(AbortSignal.any([limit.signal, signal]));
    } catch (error) {
      throw limit.signal.aborted ? new Error(`no answer within the ${MOST_MS / 1000} s that a preview waits`) : error;
    } finally {
      limit.cancel();
      // The network does not hurry along with a sped-up clock.
      leftMs = Math.max(0, leftMs - (clock.now() - startedAt) / settings.timeScale);
    }
  }

  /** Says the price of what would be rented, and answers it, and what speaks against it. */
  async function sayPrice(
    inputs: InstanceInputs,
    unknown: ReadonlySet<string>,
    accountOf: () => Account,
    operation: Operation,
  ): Promise<Pick<Outlook, "best"> & { warnings: string[] }> {
    try {
      const open = PRICE_INPUTS.filter((input) => unknown.has(input));
      if (open.length > 0) throw new Error(`\`${open[0]}\` is not known yet`);
      if (inputs.volumes.some(({ volumeId }) => volumeId !== undefined && volumeId !== null)) {
        throw new Error("its volume ties it to one machine, which is looked up when renting");
      }
      const account = accountOf();
      const wanted = wantedBy(inputs);
      const outlook = await within(account, operation.signal, (signal) => look(account, inputs, wanted, signal));
      if (outlook.best) operation.note(outlookText(outlook.best, outlook, wanted), inputs.label);
      return { best: outlook.best, warnings: outlookWarnings(outlook, wanted) };
    } catch (error) {
      if (!operation.signal.aborted) operation.note(`Prices unavailable (${messageOf(error)}).`, inputs.label);
      return { best: undefined, warnings: [] };
    }
  }

  return async (inputs, unknown, accountOf, operation) => {
    const notes = inputWarnings(inputs, unknown);
    const { readConfig, signal } = operation;
    if (readConfig("vastai:previewPrices") !== "false" && inputs.adoptInstanceId === undefined) {
      const { best, warnings } = await sayPrice(inputs, unknown, accountOf, operation);
      const account = accountIfAny(accountOf);
      const credit = account && (await budget.credit(account, readConfig, (ask) => within(account, signal, ask)));
      notes.unshift(...warnings, ...budget.sums(inputs, best, readConfig), ...(credit ?? []));
    }
    if (notes.length > 0) operation.warn(notes.join(" "), inputs.label);
  };
}

/** Undefined where the settings do not make one: the line of the price has said why. */
function accountIfAny(accountOf: () => Account): Account | undefined {
  try {
    return accountOf();
  } catch {
    return undefined;
  }
}

async function look(
  account: Account,
  { offerId, maxDollarsPerHour: cap }: InstanceInputs,
  wanted: WantedOffer,
  signal: AbortSignal,
): Promise<Outlook> {
  const search = rememberedSearch(account);
  if (offerId === undefined) return lookAtMarket(search, wanted, signal);
  const found = await findOffer(search, offerId, wanted, signal);
  if (!found) throw new Error(`offer ${offerId} is not on the market, and renting it would fail`);
  const isWithin = found.dollarsPerHour <= (cap ?? Number.POSITIVE_INFINITY);
  return {
    best: isWithin ? found : undefined,
    fitting: isWithin ? 1 : 0,
    orMore: false,
    cheapestDollarsPerHour: found.dollarsPerHour,
    medianDollarsPerHour: undefined,
    leastBidDollarsPerHour: found.offer.min_bid ?? undefined,
  };
}

/** What the inputs themselves let expect, as whole sentences. */
function inputWarnings(inputs: InstanceInputs, unknown: ReadonlySet<string>): string[] {
  const { image, offer = {}, defaultFilters, timeToLiveHours, offerId, adoptInstanceId } = inputs;
  const warnings: string[] = [];
  // A digest never moves.
  if (image !== undefined && fullImage(image).endsWith(":latest")) {
    warnings.push(`The image ${image} means another one tomorrow: name a version, or a digest.`);
  }
  const isRented = offerId === undefined && adoptInstanceId === undefined && !unknown.has("offer");
  const { verified = offer.verified, verification = offer.verification } = standingDefaults(offer, { defaultFilters });
  if (isRented && verified !== true && ![verification].flat().every((verdict) => verdict === "verified")) {
    warnings.push("Machines that Vast has not verified are let in.");
  }
  if (timeToLiveHours === undefined && !unknown.has("timeToLiveHours")) {
    warnings.push("It has no `timeToLiveHours`: it is billed until somebody destroys it.");
  }
  return warnings;
}
