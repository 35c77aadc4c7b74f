import { ApiError, messageOf, NothingRentedError, RateLimitedError, VastError } from "../../../errors.js";
import { describeQuery } from "../../../offer/describe.js";
import type { OfferCandidate } from "../../../offer/rank.js";
import type { Scrub } from "../boot/scrubber.js";
import { pendingLabel } from "../label.js";
import { money } from "../messages.js";
import type { Mount } from "../volumes/mount.js";
import { mountText } from "./candidates.js";
import type { Attempts, FailedAttempt, RentContext } from "./rent.js";

/** Refusals that any other offer would meet as well. */
const FINAL_REFUSALS = new Set(["insufficient_credit", "spend_rate_limit", "no_ssh_key_for_vm", "missing_billing"]);

/**
 * What a create that ends with no contract has cost, as a sentence with a space behind it; nothing where somebody else says it: after a lost answer
 * {@link maybeRented}, and of volumes that stay those who left them.
 */
export function costText(
  { givenBack, answerLost, volumesLeft }: Attempts,
  subject = "This run rented nothing",
): string {
  if (answerLost || volumesLeft.length > 0) return "";
  if (givenBack.length === 0) return `${subject}, so it costs nothing. `;
  const ids = givenBack.join(", ");
  return `What this run rented was given back, and is not billed any more (contract ${ids}; billed for the time that it stood). `;
}

/** Takes note of an offer that did not become the instance. */
export function failed(
  attempts: Attempts,
  { offerId, dollarsPerHour }: OfferCandidate,
  code: FailedAttempt["code"],
  why: string,
): undefined {
  attempts.failed.push({ offerId, dollarsPerHour, code, why });
}

/** Why Vast refused to rent, for an error that is Vast's answer, which can repeat what it was sent; another stays as it is. */
export function refused(
  { attempts }: Pick<RentContext, "attempts">,
  candidate: OfferCandidate,
  error: unknown,
  scrub: Scrub,
): unknown {
  if (error instanceof RateLimitedError || (error instanceof VastError && error.code === "account_busy")) {
    return new NothingRentedError(
      "account_busy",
      `${messageOf(error)} ${costText(attempts, "This run rented nothing for this resource")}` +
        "Run again when the other programs on this account are done, or give them an account of their own.",
    );
  }
  if (!(error instanceof ApiError)) return error;
  const { code, refusal } = error;
  const remedy = FINAL_REFUSALS.has(code)
    ? "Put credit on the account (https://cloud.vast.ai/billing/) or raise its limits, then run again."
    : "Correct the inputs that it names, then run again.";
  return new NothingRentedError(
    code,
    `Vast refused to rent offer ${candidate.offerId}: "${scrub(refusal.said)}" (${code}, HTTP ${refusal.status}). ` +
      `${costText(attempts)}${remedy}`,
  );
}

/** What to say when a create ends with no contract after an answer was lost: one may still turn up, and bills. */
export function maybeRented({ token, attempts }: RentContext, error: unknown): NothingRentedError {
  const volumes = attempts.lostVolumeNames.map((name) => `"${name}"`).join(", ");
  return new NothingRentedError(
    "answer_lost",
    `${messageOf(error)} The answer to a rent was lost before: should its contract turn up, it carries the label \`${pendingLabel(token)}\` ` +
      `and is billed. ${volumes === "" ? "" : `So may a volume be that is named ${volumes}. `}` +
      "The next `pulumi up` looks for it and takes it up; `vastai show instances` shows it.",
  );
}

function remedyFor(mount: Mount | undefined): string {
  if (mount === undefined) return "Loosen";
  return mount.is === "new"
    ? "Take a smaller volume, loosen"
    : "Copy the volume elsewhere (`cloneOf` of a Volume), loosen";
}

/** Why a create ended without a contract: what was looked for, what was tried, what to do. `why` says more, as whole sentences; empty if nothing is known. */
export function nothingRented(
  { inputs, attempts, mount }: RentContext,
  found: number,
  why: string,
): NothingRentedError {
  const cap = inputs.maxDollarsPerHour === undefined ? "" : ` at ${money(inputs.maxDollarsPerHour)} or less`;
  const tried = triedText(attempts);
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
      `${found} offers fit ${describeQuery(inputs.offer ?? {})}${mountText(mount)}, and other instances of this run have taken them, or nothing boots on their ` +
        "machines. Nothing was rented for this one, so it costs nothing. Loosen the query, or run again later.",
    );
  }
  if (!tried) {
    return new NothingRentedError(
      "no_offer",
      `No offer fits ${describeQuery(inputs.offer ?? {})} with ${inputs.diskGb} GB of disk${mountText(mount)}${cap}. This run rented nothing, so it costs nothing. ${why}${why && " "}` +
        `${remedyFor(mount)} the query, raise \`maxDollarsPerHour\`, or run again later.`,
    );
  }
  return new NothingRentedError(
    "all_failed",
    `None of the ${attempts.failed.length} offers tried could be kept (${found} fitted):${tried}\n${why}${why && " "}` +
      `${costText(attempts)}Run again, loosen the query, or raise \`maxAttempts\`.`,
  );
}

/** Why a create ended without a contract although there may be offers: its time is over, and another boot would take more. */
export function outOfTime({ inputs, attempts }: RentContext): NothingRentedError {
  return new NothingRentedError(
    "out_of_time",
    `The ${inputs.timeouts.createMinutes} min of \`timeouts.createMinutes\` are over, so no other offer was rented. ` +
      `What was tried:${triedText(attempts)}\n${costText(attempts)}Run again, or give it more time.`,
  );
}

/** The offers tried, each with its price, and why it could not be kept. */
function triedText({ failed }: Attempts): string {
  return failed
    .map(
      ({ offerId, dollarsPerHour, why }) =>
        `\n  - ${offerId ?? "a found contract"}${dollarsPerHour === undefined ? "" : ` (${money(dollarsPerHour)})`}: ${why}`,
    )
    .join("");
}
