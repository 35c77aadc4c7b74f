import { messageOf } from "../../errors.js";
import type { OfferCandidate } from "../../offer/rank.js";
import { lookUntil } from "../../wait.js";
import { volumeMadeWith } from "./created-volumes.js";
import { bestOf, findOwnContracts } from "./own-contracts.js";
import { placeOf } from "./placement.js";
import type { Contract, RentContext } from "./rent.js";
import { failed } from "./rent-failures.js";

/** How long a contract of a lost answer is looked for: a fresh one can be missing from lists for some seconds. */
const LOST_ANSWER_MS = 60_000;
const LOOK_EVERY_MS = 5_000;

/** Looks for the contract of a rent whose answer was lost, by its label; the call is never repeated on a guess. */
export async function afterLostAnswer(
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
  view.siblings.take(token, inputs.placement, placeOf(row.machine_id, row.host_id, row.geolocation));
  const made = await volumeMadeWith(account, row, inputs, operation.signal);
  const name = made?.label ?? newVolumeName;
  if (name === undefined) return { id: row.id };
  operation.exists(String(row.id), { createdVolumeName: name });
  return { id: row.id, newVolumeName: name };
}
