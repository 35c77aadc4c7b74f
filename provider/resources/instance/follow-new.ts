import type { WireInstance } from "../../api/instance-row.js";
import { NothingRentedError } from "../../errors.js";
import { durationText } from "../../wait.js";
import { afterBootFailure } from "./boot-failure.js";
import { giveBack } from "./give-back.js";
import { becauseCancelled, money, notReady } from "./messages.js";
import { wantedAnswer } from "./probe.js";
import { freshOutputs } from "./read-back.js";
import type { Goal } from "./readiness.js";
import type { Contract, RentContext } from "./rent.js";
import { waitReady } from "./wait-ready.js";

/** Follows a new contract until it is ready. Undefined when it was given back and another is to be tried. */
export async function followNew(
  context: RentContext,
  contract: Contract,
  { startedAt, deadline }: { startedAt: number; deadline: number },
): Promise<WireInstance | undefined> {
  const { account, inputs, operation, attempts } = context;
  const { id } = contract;
  const { clock } = account;
  const goal: Goal = { targetState: inputs.targetState, since: clock.now(), after: "rent" };
  // A new volume is billed beside the contract, and counts.
  const priceOf = (row: WireInstance) => (row.dph_total ?? 0) + (contract.newVolumeDollarsPerHour ?? 0);
  const cap = inputs.maxDollarsPerHour ?? Number.POSITIVE_INFINITY;
  let hasRun = false;
  const ending = await becauseCancelled(id, () =>
    waitReady({
      account,
      id,
      goal,
      wanted: wantedAnswer(inputs.waitFor),
      deadline,
      signal: operation.signal,
      onRow: (row) => {
        operation.exists(String(id), freshOutputs(row));
        hasRun ||= row.actual_status === "running" || row.actual_status === "exited";
        return typeof row.dph_total === "number" && priceOf(row) > cap * (1 + 1e-6) ? "stop" : undefined;
      },
      onPending: (because, row) => {
        const price = row?.dph_total ?? contract.offeredDollarsPerHour;
        const elapsed = durationText(clock.now() - startedAt);
        operation.progress(`${because} · ${elapsed}${price === undefined ? "" : ` · ${money(price)}`}`);
      },
    }),
  );
  if (ending.is === "ready") return ending.row;
  if (ending.is === "stopped" && inputs.adoptInstanceId === undefined) {
    const price = money(priceOf(ending.row));
    operation.warn(
      `Instance ${id} costs ${price}, above the cap of ${money(cap)}: it is destroyed and another offer is tried.`,
    );
    await giveBack(context, contract, { mayHoldData: hasRun });
    const { offerId, offeredDollarsPerHour: dollarsPerHour } = contract;
    attempts.failed.push({ offerId, dollarsPerHour, why: `its contract cost ${price}, above the cap` });
    return undefined;
  }
  if (ending.is === "gone") {
    operation.ended();
    // Its volume outlives it.
    if (contract.newVolumeName !== undefined) await giveBack(context, contract, { mayHoldData: hasRun });
    throw new NothingRentedError(
      "gone_while_booting",
      `Instance ${id} disappeared while it was booting: somebody destroyed it, or Vast withdrew it. It is not billed any more. Run again.`,
    );
  }
  if (ending.is === "failed") {
    await afterBootFailure(context, contract, ending, hasRun);
    return undefined;
  }
  throw notReady(id, ending, inputs.timeouts.createMinutes, "createMinutes");
}
