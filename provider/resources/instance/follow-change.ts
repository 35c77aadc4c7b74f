import type { Account } from "../../account/account.js";
import type { WireInstance } from "../../api/instance-row.js";
import type { Operation } from "../../engine/lifecycle.js";
import { NotReadyError } from "../../errors.js";
import { durationText } from "../../wait.js";
import { stillAboveCap } from "./cap.js";
import { isStartQueued } from "./drift.js";
import type { InstanceInputs } from "./inputs.js";
import { goneOutside } from "./look-at-own.js";
import { becauseCancelled, costSentence, money, notReady } from "./messages.js";
import { wantedAnswer } from "./probe.js";
import { freshOutputs } from "./read-back.js";
import type { Goal } from "./readiness.js";
import { waitReady } from "./wait-ready.js";

const MINUTE_MS = 60_000;

/** What is waited for after an update. */
interface Change {
  readonly id: number;
  readonly goal: Goal;
  readonly wanted: InstanceInputs;
  /** What is wrong with the price that a row shows, as words that follow the instance's name. */
  whyTooDear(row: WireInstance): string | undefined;
}

/** Follows a changed instance until it is as wanted; throws when it does not become so, or is found to be too dear for a new one. */
export async function followChange(
  account: Account,
  { id, goal, wanted, whyTooDear }: Change,
  operation: Operation,
): Promise<WireInstance> {
  const { clock } = account;
  const startedAt = clock.now();
  const { updateMinutes } = wanted.timeouts;
  let tooDear: string | undefined;
  const ending = await becauseCancelled(id, () =>
    waitReady({
      account,
      id,
      goal,
      wanted: wantedAnswer(wanted.waitFor),
      deadline: startedAt + updateMinutes * MINUTE_MS,
      signal: operation.signal,
      onRow: (row) => {
        tooDear = whyTooDear(row);
        if (tooDear === undefined) return undefined;
        operation.exists(String(id), freshOutputs(row));
        return "stop";
      },
      onPending: (because, row) => {
        const price = typeof row?.dph_total === "number" ? ` · ${money(row.dph_total)}` : "";
        operation.progress(`${because} · ${durationText(clock.now() - startedAt)}${price}`);
      },
    }),
  );
  if (ending.is === "ready") return ending.row;
  if (ending.is === "gone") throw goneOutside(id);
  if (ending.is === "stopped" && tooDear !== undefined) throw stillAboveCap(id, tooDear);
  if (ending.is === "timeout" && isQueued(ending.row, wanted)) {
    // A queued start would switch the machine on some day, unseen and billed.
    await account.client.instances.setState(id, "stopped", operation.signal);
    // The next run is to start it again, and a preview of that to show it.
    operation.exists(String(id), { targetState: "stopped" });
    throw new NotReadyError(
      "start_queued",
      `Instance ${id} could not start within ${updateMinutes} min: its GPU is rented by somebody else. The start was taken back, ` +
        `so it stays stopped, in the stack. ${costSentence(ending.row)} Run \`pulumi up\` to try again, or \`pulumi destroy\` to end it.`,
    );
  }
  throw notReady(id, ending, updateMinutes, "updateMinutes");
}

function isQueued(row: WireInstance | undefined, { targetState }: InstanceInputs): boolean {
  return targetState === "running" && row !== undefined && isStartQueued(row);
}
