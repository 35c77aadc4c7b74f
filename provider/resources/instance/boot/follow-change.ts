import type { Account } from "../../../account/account.js";
import type { WireInstance } from "../../../api/instance-row.js";
import { MINUTE_MS } from "../../../clock.js";
import type { Operation } from "../../../engine/lifecycle.js";
import { durationText } from "../../../wait.js";
import { stillAboveCap } from "../cap.js";
import type { InstanceInputs } from "../inputs.js";
import { goneOutside } from "../look-at-own.js";
import { becauseCancelled, money, notReady } from "../messages.js";
import { freshOutputs } from "../read-back.js";
import { lastLogLines } from "./boot-log.js";
import { wantedAnswer } from "./probe.js";
import { takeStartBack } from "./queued-start.js";
import type { Goal } from "./readiness.js";
import type { Known } from "./secret-values.js";
import { waitReady } from "./wait-ready.js";

/** What is waited for after an update. */
interface Change {
  readonly id: number;
  readonly goal: Goal;
  readonly wanted: InstanceInputs;
  /** What is wrong with the price that a row shows, as words that follow the instance's name. */
  whyTooDear(row: WireInstance): string | undefined;
  readonly known: Known;
}

/** Follows a changed instance until it is as wanted; throws when it does not become so, or is found to be too dear for a new one. */
export async function followChange(
  account: Account,
  { id, goal, wanted, whyTooDear, known }: Change,
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
      known,
      onRow: (row) => {
        tooDear = whyTooDear(row);
        if (tooDear === undefined) return undefined;
        operation.exists(String(id), freshOutputs(row, known));
        return "call off";
      },
      onPending: (because, row) => {
        const price = typeof row?.dph_total === "number" ? ` · ${money(row.dph_total)}` : "";
        operation.progress(`${because} · ${durationText(clock.now() - startedAt)}${price}`);
      },
    }),
  );
  if (ending.is === "ready") return ending.row;
  if (ending.is === "gone") throw goneOutside(id);
  if (ending.is === "calledOff" && tooDear !== undefined) throw stillAboveCap(id, tooDear);
  // Of one that is to stop, none is queued any more.
  const queued =
    ending.is === "timeout" && wanted.targetState === "running"
      ? await takeStartBack(account, ending.row, updateMinutes, operation)
      : undefined;
  const log = ending.is === "failed" ? await lastLogLines(account, ending, known, operation.signal) : undefined;
  throw queued ?? notReady(id, ending, updateMinutes, "updateMinutes", log);
}
