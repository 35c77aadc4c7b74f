import { NothingRentedError } from "../../../errors.js";
import { describeQuery } from "../../../offer/describe.js";
import type { OfferCandidate } from "../../../offer/rank.js";
import { searchToRent } from "../../../offer/remembered.js";
import { findOffer, hasRoom, searchOffers, type WantedOffer } from "../../../offer/search.js";
import { isOnAskedMachine, tiedTo } from "../../../offer/tied.js";
import { whyNothingFits } from "../../../offer/why.js";
import { whyText } from "../../../offer/why-text.js";
import type { InstanceInputs } from "../inputs.js";
import type { Mount } from "../volumes/mount.js";
import type { RentContext } from "./rent.js";

/** Searches that an explanation may cost: each waits three seconds for its turn. */
const MOST_LOOKS = 3;

/** Candidates to choose among where siblings are to be kept apart: the best may all be of one machine, or of one host. */
const MOST_TO_PLACE = 128;

/** The offers that can become the instance, best first: on the machine of its volume, or with room for a new one. */
export async function candidatesOf(context: RentContext): Promise<OfferCandidate[]> {
  const { account, inputs, operation, attempts, mount } = context;
  const search = searchToRent(account);
  const wish = wishOf(context);
  if (inputs.offerId !== undefined) {
    const found = await findOffer(search, inputs.offerId, wish, operation.signal);
    if (found) refuseUnlessMountable(found, mount);
    return found && found.dollarsPerHour <= (inputs.maxDollarsPerHour ?? Number.POSITIVE_INFINITY) ? [found] : [];
  }
  const asked = inputs.offer ?? {};
  // Others in this process hold some of the best already.
  const likely = inputs.maxAttempts + attempts.failed.length + account.claims.count() + 5;
  const most = inputs.placement === undefined ? likely : Math.max(likely, MOST_TO_PLACE);
  const found = await searchOffers(search, { ...wish, most }, operation.signal);
  return found.filter((candidate) => isOnAskedMachine(candidate, asked));
}

/** What is looked for, for people. */
export function searchText({ inputs, mount }: RentContext): string {
  const { offerId, offer = {} } = inputs;
  return offerId === undefined ? `${describeQuery(offer)}${mountText(mount)}` : `offer ${offerId}`;
}

/** What these inputs look for on the market, wherever a volume of theirs is. */
export function wantedBy(inputs: InstanceInputs): WantedOffer {
  return {
    query: inputs.offer ?? {},
    orderBy: inputs.orderBy,
    rentalType: inputs.rentalType,
    bidDollarsPerHour: inputs.bidDollarsPerHour,
    maxDollarsPerHour: inputs.maxDollarsPerHour,
    diskGb: inputs.diskGb,
    defaultFilters: inputs.defaultFilters,
    newVolumeGb: inputs.volumes[0]?.sizeGb,
  };
}

/** The same, on the machine of the volume that exists. */
function wishOf({ inputs, mount }: RentContext): WantedOffer {
  const wanted = wantedBy(inputs);
  return mount?.is === "existing" ? { ...wanted, query: tiedTo(mount.machineId, wanted.query) } : wanted;
}

/** Which condition rules out how many offers, as sentences; empty when the market does not tell. Costs a few searches, seconds apart. */
export async function whyNone(context: RentContext): Promise<string> {
  const { account, inputs, operation } = context;
  if (inputs.offerId !== undefined) return "";
  operation.progress("no offer fits; looking which condition rules out how many");
  try {
    return whyText(await whyNothingFits(account.client.offers.search, wishOf(context), operation.signal, MOST_LOOKS));
  } catch {
    // The error that it would explain must not be hidden by another one.
    return "";
  }
}

/** What a volume adds to the words of a search. */
export function mountText(mount: Mount | undefined): string {
  if (mount === undefined) return "";
  return mount.is === "new"
    ? `, room for a new volume of ${mount.sizeGb} GB`
    : `, on machine ${mount.machineId} (volume ${mount.volumeId} ties the search to it)`;
}

/** Refuses an offer that was chosen by its id and cannot mount the volume. */
function refuseUnlessMountable({ offerId, machineId, offer }: OfferCandidate, mount: Mount | undefined): void {
  if (mount?.is === "existing" && machineId !== mount.machineId) {
    throw new NothingRentedError(
      "volume_elsewhere",
      `Offer ${offerId} is on machine ${machineId ?? "unknown"}, and volume ${mount.volumeId} on machine ${mount.machineId}: a volume cannot move. ` +
        "Nothing was rented, so it costs nothing. Take an offer of that machine, or leave `offerId` out for a query in `offer`, which the volume ties to it.",
    );
  }
  if (mount?.is === "new" && !hasRoom(offer, mount.sizeGb)) {
    throw new NothingRentedError(
      "no_room",
      `Offer ${offerId} has room for a volume of ${offer.avail_vol_size ?? 0} GB, and \`volumes.0.sizeGb\` is ${mount.sizeGb}. ` +
        "Nothing was rented, so it costs nothing. Take a smaller volume, or another offer.",
    );
  }
}
