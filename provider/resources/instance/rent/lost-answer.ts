import type { WireInstance } from "../../../api/instance-row.js";
import { markOf, TAKEN_UP } from "../../../engine/entries.js";
import { messageOf } from "../../../errors.js";
import type { OfferCandidate } from "../../../offer/rank.js";
import { lookUntil } from "../../../wait.js";
import { placeOf } from "../fleet/placement.js";
import { priceOf, stoppedPrice } from "../price.js";
import { bestOf, findOwnContracts } from "../stack/own-contracts.js";
import { volumeMadeWith } from "../volumes/created-volumes.js";
import { unlike } from "./likeness.js";
import type { Contract, RentContext } from "./rent.js";
import { failed } from "./rent-failures.js";

/** How long a contract of a lost answer is looked for: a fresh one can be missing from lists for some seconds. */
const LOST_ANSWER_MS = 60_000;
const LOOK_EVERY_MS = 5_000;

/** A volume that was to be made with a contract whose answer was lost. */
interface OrderedVolume {
  readonly name: string;
  readonly dollarsPerHour: number;
}

/** Looks for the contract of a rent whose answer was lost, by its label; the call is never repeated on a guess. */
export async function afterLostAnswer(
  context: RentContext,
  candidate: OfferCandidate,
  error: unknown,
  ordered: OrderedVolume | undefined,
): Promise<Contract | undefined> {
  const { account, operation, attempts } = context;
  attempts.answerLost = true;
  operation.warn(
    `The answer to renting offer ${candidate.offerId} was lost (${messageOf(error)}) Looking for the contract by its label before anything else is rented.`,
  );
  const options = { everyMs: LOOK_EVERY_MS, deadline: account.clock.now() + LOST_ANSWER_MS, signal: operation.signal };
  const found = await lookUntil(account.clock, () => findPending(context, ordered), options);
  if (!found && ordered !== undefined) attempts.lostVolumeNames.push(ordered.name);
  return found ?? failed(attempts, candidate, "answer_lost", "its answer was lost and no contract appeared");
}

/**
 * Looks for the contract of a lost answer, and adopts it. One of another kind was left by a run of another program, and lists have hidden it so far: the
 * sweep ends it.
 */
export async function findPending(context: RentContext, ordered?: OrderedVolume): Promise<Contract | undefined> {
  const { account, view, token, inputs, operation } = context;
  const { pending } = await findOwnContracts(account, view, token, operation);
  const alike = pending.filter((row) => unlike(row, inputs) === undefined);
  return takeUp(context, alike, ordered);
}

/**
 * Adopts the best of the contracts that a list has shown. The volume that came with it is told by the name that was ordered, or by looking.
 */
export async function takeUp(
  context: RentContext,
  pending: readonly WireInstance[],
  ordered?: OrderedVolume,
): Promise<Contract | undefined> {
  const { account, view, token, inputs, operation } = context;
  const row = bestOf(pending);
  if (!row) return undefined;
  const { id } = row;
  const contract = takenUp(context, { id });
  const prices = { dollarsPerHour: row.dph_total ?? null, dollarsPerHourStopped: stoppedPrice(row) ?? null };
  operation.exists(String(id), prices);
  view.ledger.note(id, token, priceOf(row, inputs.targetState, ordered?.dollarsPerHour));
  view.siblings.take(token, inputs.placement, placeOf(row.machine_id, row.host_id, row.geolocation));
  const made = await volumeMadeWith(account, row, inputs, operation.signal);
  const newVolumeName = made?.label ?? ordered?.name;
  if (newVolumeName === undefined) return contract;
  operation.exists(String(id), { createdVolumeName: newVolumeName });
  return { ...contract, newVolumeName, newVolumeDollarsPerHour: made?.storage_total_cost ?? ordered?.dollarsPerHour };
}

/** A contract that was not rented just now, with the moment at which it became the resource. */
export function takenUp({ account, operation }: RentContext, found: Contract): Contract {
  const contract = { ...found, [TAKEN_UP]: new Date(account.clock.now()).toISOString() };
  operation.exists(String(found.id), { instanceId: found.id, ...markOf(contract) });
  return contract;
}
