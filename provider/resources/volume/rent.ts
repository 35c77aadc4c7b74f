import type { Account } from "../../account/account.js";
import { isUnknownOutcome } from "../../api/retry.js";
import type { WireVolume } from "../../api/volumes.js";
import type { Operation } from "../../engine/lifecycle.js";
import {
  ApiError,
  CancelledError,
  messageOf,
  NotFoundError,
  NothingRentedError,
  OfferGoneError,
  VastError,
} from "../../errors.js";
import { lookUntil } from "../../wait.js";
import type { VolumeInputs } from "./inputs.js";
import { tokenIn, type VolumeView } from "./own-volumes.js";
import type { Place } from "./place.js";

/** What one create has to know. */
export interface RentContext {
  readonly account: Account;
  readonly view: VolumeView;
  readonly inputs: VolumeInputs;
  readonly operation: Operation;
  readonly sizeGb: number;
  /** The name to rent under; undefined for a clone, which cannot be named. */
  readonly name: string | undefined;
  /** The account's volumes before anything was rented. */
  readonly before: readonly WireVolume[];
}

/** How long the volume of a lost answer is looked for: a fresh one can be missing from lists for some seconds. */
const LOST_ANSWER_MS = 60_000;
const LOOK_EVERY_MS = 6_000;
/** How many offers are tried when one after another is taken. */
const MOST_ATTEMPTS = 5;

/** Rents in the first place that is still to be had; once only. When the answer is lost, the list decides whether there is a volume. */
export async function rentVolume(context: RentContext, places: readonly Place[]): Promise<number> {
  const { operation, sizeGb, inputs } = context;
  const tried: string[] = [];
  for (const place of places.slice(0, MOST_ATTEMPTS)) {
    operation.signal.throwIfAborted();
    operation.progress(`renting ${sizeGb} GB in volume offer ${place.offerId}${priceText(place)}`);
    let id: number | undefined;
    try {
      id = await order(context, place);
    } catch (error) {
      if (error instanceof CancelledError) throw lost(context, place, messageOf(error));
      if (isUnknownOutcome(error)) return afterLostAnswer(context, place, error);
      if (!(error instanceof OfferGoneError || error instanceof NotFoundError)) throw refused(place, error);
      tried.push(`${place.offerId}: ${error.refusal.said}`);
      continue;
    }
    return id ?? findOrdered(context, place, inputs.timeouts.createMinutes * 60_000);
  }
  throw new NothingRentedError(
    "all_failed",
    `None of the ${tried.length} volume offers tried could be rented (${tried.join("; ")}). Nothing was rented and nothing is billed for it. ` +
      "Run again, or say otherwise where the volume is to be.",
  );
}

/** Undefined when the server took the order and does not tell the id. */
async function order(
  { account, inputs, operation, sizeGb, name }: RentContext,
  place: Place,
): Promise<number | undefined> {
  const { volumes } = account.client;
  if (inputs.cloneOf !== undefined) {
    const compression = inputs.cloneCompression ? {} : ({ disable_compression: true } as const);
    const body = { src_id: inputs.cloneOf, dst_id: place.offerId, size: sizeGb, ...compression };
    await volumes.clone(body, operation.signal);
    return undefined;
  }
  return volumes.rent({ id: place.offerId, size: sizeGb, ...(name === undefined ? {} : { name }) }, operation.signal);
}

async function afterLostAnswer(context: RentContext, place: Place, error: unknown): Promise<number> {
  context.operation.warn(
    `The answer to renting a volume in offer ${place.offerId} was lost (${messageOf(error)}) Looking for the volume in the account; nothing else is rented.`,
  );
  return findOrdered(context, place, LOST_ANSWER_MS);
}

/** Finds a volume that may exist; every way out without it says what it would look like. */
async function findOrdered(context: RentContext, place: Place, forMs: number): Promise<number> {
  let fresh: number[];
  try {
    fresh = await findFresh(context, place, forMs);
  } catch (error) {
    throw lost(context, place, messageOf(error));
  }
  const [id, ...others] = fresh;
  if (id === undefined) throw lost(context, place, "None has appeared in the account.");
  if (others.length === 0) return id;
  throw new VastError(
    "ambiguous",
    `Volumes ${fresh.join(" and ")} appeared while this one was made, and nothing tells which of them it is. Each is billed, and this create puts none ` +
      "into the stack. Look at them with `vastai show volumes`, then set `adoptVolumeId`.",
  );
}

/** Looks for the volume that this create has ordered: one that was not there before. */
async function findFresh(context: RentContext, place: Place, forMs: number): Promise<number[]> {
  const { account, view, operation, before, sizeGb, name } = context;
  const known = new Set(before.map(({ id }) => id));
  const source = before.find(({ id }) => id === context.inputs.cloneOf);
  /** The mark of another resource, which a clone has only if it has the name of its source. */
  const isAnothers = ({ label }: WireVolume) => {
    const token = tokenIn(label ?? "");
    return token !== undefined && token !== tokenIn(source?.label ?? "");
  };
  const isOurs = (row: WireVolume) =>
    !known.has(row.id) &&
    !view.idsInState.has(row.id) &&
    (place.machineId === null ||
      row.machine_id === null ||
      row.machine_id === undefined ||
      row.machine_id === place.machineId) &&
    // What a clone is called is not known (vast-api.md §4, no. 43): place and size tell it, and that it is new.
    (name === undefined ? (row.disk_space ?? sizeGb) >= sizeGb - 1 && !isAnothers(row) : row.label === name);
  const look = async () => {
    const fresh = (await account.volumes(operation.signal)).filter(isOurs);
    return fresh.length > 0 ? fresh : undefined;
  };
  const options = { everyMs: LOOK_EVERY_MS, deadline: account.clock.now() + forMs, signal: operation.signal };
  return ((await lookUntil(account.clock, look, options)) ?? []).map(({ id }) => id);
}

/** What to say when a create ends and a volume may exist all the same. */
function lost({ name, inputs, sizeGb }: RentContext, { offerId }: Place, why: string): NothingRentedError {
  const what = name === undefined ? `is a clone of ${inputs.cloneOf} with ${sizeGb} GB` : `is named \`${name}\``;
  const isMarked = name !== undefined && inputs.name === undefined;
  const next = isMarked
    ? "The next `pulumi up` looks for it and takes it over; `vastai show volumes` shows it."
    : "Look with `vastai show volumes`: if it is there set `adoptVolumeId`, else run again.";
  return new NothingRentedError(
    "answer_lost",
    `A volume was ordered in offer ${offerId} and is not known to exist. ${why} Should it turn up, it ${what} and is billed. ${next}`,
  );
}

function refused(place: Place, error: unknown): unknown {
  if (!(error instanceof ApiError)) return error;
  return new NothingRentedError(
    error.code,
    `Vast refused to rent a volume in offer ${place.offerId}: "${error.refusal.said}" (${error.code}, HTTP ${error.status}). ` +
      "Nothing was rented and nothing is billed for it. Correct what it names, or put credit on the account (https://cloud.vast.ai/billing/), then run again.",
  );
}

function priceText({ dollarsPerHour }: Place): string {
  return dollarsPerHour === null ? "" : ` at ${dollarsPerHour.toFixed(4)} $/h`;
}
