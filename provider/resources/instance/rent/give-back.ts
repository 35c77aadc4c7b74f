import { messageOf } from "../../../errors.js";
import { tooYoungUntil } from "../read-back.js";
import { endVolumeOf, volumeNamed } from "../volumes/created-volumes.js";
import type { Bill } from "./bill.js";
import type { Contract, RentContext } from "./rent.js";

/**
 * Ends a contract that is not wanted after all, for certain, and the volume that was made with it, before anything else is rented. Answers what it can
 * have cost, as a parenthesis.
 */
export async function giveBack(
  { account, inputs, operation, attempts }: RentContext,
  contract: Contract,
  bill: Pick<Bill, "mayHoldData" | "text">,
): Promise<string> {
  const { signal } = operation;
  const { id, newVolumeName, rentedAt } = contract;
  const timeoutMs = inputs.timeouts.deleteMinutes * 60_000;
  await account.destroy(id, { timeoutMs, tooYoungUntil: tooYoungUntil(contract, account.clock.now()), signal });
  operation.ended();
  attempts.givenBack.push(id);
  if (newVolumeName !== undefined) attempts.volumesLeft.push(...(await endVolume(newVolumeName)));
  return bill.text(account.clock.now());

  async function endVolume(name: string): Promise<string[]> {
    try {
      const row = await volumeNamed(account, name, rentedAt, signal);
      const end = { keep: bill.mayHoldData() && inputs.keepVolumes, timeoutMs };
      const left = row && (await endVolumeOf(account, id, row, end, operation));
      return left === undefined ? [] : [left];
    } catch (error) {
      const text = `Volume "${name}", made with contract ${id}, may exist and be billed: look with \`vastai show volumes\`. (${messageOf(error)})`;
      operation.warn(text);
      return [text];
    }
  }
}
