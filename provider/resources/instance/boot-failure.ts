import type { WireInstance } from "../../api/instance-row.js";
import { NothingRentedError } from "../../errors.js";
import { lastLogLines } from "./boot-log.js";
import { giveBack } from "./give-back.js";
import { bootFailed, logText, money } from "./messages.js";
import type { Contract, RentContext } from "./rent.js";
import type { Ending } from "./wait-ready.js";

const HOUR_MS = 3_600_000;

/**
 * Deals with an instance that did not boot. The machine's fault: it is given back, its machine is not tried again in this run, and
 * another is rented (returns). The user's fault: it is given back or kept, and the create ends (throws), with the log's last lines.
 */
export async function afterBootFailure(
  context: RentContext,
  contract: Contract,
  ending: Extract<Ending, { is: "failed" }>,
  hasRun: boolean,
): Promise<void> {
  const { account, inputs, operation, attempts } = context;
  const { id, offerId, offeredDollarsPerHour: dollarsPerHour } = contract;
  // What stops a container from outside stands in no log of it.
  const log = ending.fault === "unknown" ? undefined : await lastLogLines(account, id, inputs, operation.signal);
  // Only what this create rented is ever destroyed by it unasked.
  const isOurs = inputs.adoptInstanceId === undefined;
  // What two machines say alike lies in what both were asked for.
  const isRepeated = ending.unclear !== undefined && attempts.failed.some(({ unclear }) => unclear === ending.unclear);
  const because = isRepeated ? `${ending.because} (another machine said the same)` : ending.because;
  const anotherMachineHelps = ending.fault === "host" && !isRepeated;
  if (!isOurs || (!anotherMachineHelps && (inputs.onBootFailure === "keep" || ending.fault === "unknown"))) {
    throw bootFailed(id, isRepeated ? { ...ending, because, fault: "user" } : ending, log);
  }
  await giveBack(context, contract, { mayHoldData: hasRun });
  const billed = billedText(contract, ending.row, account.clock.now());
  if (!anotherMachineHelps) {
    throw new NothingRentedError(
      "boot_failed",
      `Instance ${id} did not boot because of what it was asked to run: ${because}.${logText(log)} ` +
        `It was destroyed${billed}, and is not billed any more. ` +
        'Correct `image`, `onstart`, `args` or `imageLogin` and run again, or set `onBootFailure: "keep"` to look at it.',
    );
  }
  const machineId = ending.row?.machine_id;
  if (typeof machineId === "number") account.claims.avoidMachine(machineId);
  attempts.failed.push({ offerId, dollarsPerHour, why: `did not boot: ${because}${billed}`, unclear: ending.unclear });
  operation.warn(
    `Instance ${id} on machine ${machineId ?? "?"} did not boot because of the machine: ${because}. It was destroyed.`,
  );
}

/** What a contract that never ran cost: loading is free, its disk is not (vast-api.md §2.8). */
function billedText({ rentedAt }: Contract, row: WireInstance | undefined, now: number): string {
  const perHour = row?.storage_total_cost;
  if (rentedAt === undefined || typeof perHour !== "number") return "";
  const dollars = (perHour * (now - Date.parse(rentedAt))) / HOUR_MS;
  const ran = row?.actual_status === "exited" ? `, and the time it ran at ${money(row.dph_total ?? 0)}` : "";
  return ` (billed: its disk, about ${dollars.toFixed(4)} $${ran})`;
}
