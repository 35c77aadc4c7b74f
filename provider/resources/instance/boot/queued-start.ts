import type { Account } from "../../../account/account.js";
import type { WireInstance } from "../../../api/instance-row.js";
import type { Operation } from "../../../engine/lifecycle.js";
import { NotReadyError } from "../../../errors.js";
import { isStartQueued } from "../drift/drift.js";
import { costSentence } from "../messages.js";

/**
 * Takes a start back that still waits for its GPU when the time for it is over: it would switch the machine on some day, unseen and billed. Undefined
 * when no start waits.
 */
export async function takeStartBack(
  account: Account,
  row: WireInstance | undefined,
  minutes: number,
  operation: Pick<Operation, "exists" | "signal">,
): Promise<NotReadyError | undefined> {
  if (row === undefined || !isStartQueued(row)) return undefined;
  await account.client.instances.setState(row.id, "stopped", operation.signal);
  // The next run is to start it again, and a preview of that to show it.
  operation.exists(String(row.id), { targetState: "stopped" });
  return new NotReadyError(
    "start_queued",
    `Instance ${row.id} could not start within ${minutes} min: its GPU is rented by somebody else. The start was taken back, ` +
      `so it stays stopped, in the stack. ${costSentence(row)} Run \`pulumi up\` to try again, or \`pulumi destroy\` to end it.`,
  );
}
