import { NothingRentedError } from "../../../errors.js";
import { bootFailed, logText } from "../messages.js";
import type { Bill } from "../rent/bill.js";
import { giveBack } from "../rent/give-back.js";
import type { Contract, RentContext } from "../rent/rent.js";
import { lastLogLines } from "./boot-log.js";
import { knownOf } from "./secret-values.js";
import type { Ending } from "./wait-ready.js";

/**
 * Deals with an instance that did not boot. The machine's fault: it is given back, its machine is not tried again in this run, and
 * another is rented (returns). The user's fault: it is given back or kept, and the create ends (throws), with the log's last lines.
 */
export async function afterBootFailure(
  context: RentContext,
  contract: Contract,
  ending: Extract<Ending, { is: "failed" }>,
  bill: Bill,
): Promise<void> {
  const { account, inputs, operation, attempts } = context;
  const { id, offerId, offeredDollarsPerHour: dollarsPerHour } = contract;
  const known = knownOf(account, inputs, contract.instanceApiKey);
  const log = await lastLogLines(account, ending, known, operation.signal);
  // Only what this create rented is ever destroyed by it unasked.
  const isOurs = inputs.adoptInstanceId === undefined;
  // What two machines say alike lies in what both were asked for.
  const isRepeated = ending.unclear !== undefined && attempts.failed.some(({ unclear }) => unclear === ending.unclear);
  const because = isRepeated ? `${ending.because} (another machine said the same)` : ending.because;
  const anotherMachineHelps = (ending.fault === "host" || ending.fault === "offer") && !isRepeated;
  if (!isOurs || (!anotherMachineHelps && (inputs.onBootFailure === "keep" || ending.fault === "unknown"))) {
    throw bootFailed(id, isRepeated ? { ...ending, because, fault: "user" } : ending, log);
  }
  const billed = await giveBack(context, contract, bill);
  if (!anotherMachineHelps) {
    throw new NothingRentedError(
      "boot_failed",
      `Instance ${id} did not boot because of what it was asked to run: ${because}.${logText(log)} ` +
        `It was destroyed${billed}, and is not billed any more. ` +
        'Correct `image`, `onstart`, `args` or `imageLogin` and run again, or set `onBootFailure: "keep"` to look at it.',
    );
  }
  const machineId = ending.row?.machine_id ?? contract.machineId;
  // A bid that lies too low says nothing against the machine.
  if (ending.fault === "host" && typeof machineId === "number") account.claims.avoidMachine(machineId);
  const why = `did not boot: ${because}${billed}${logText(log).trimEnd().replace(/\n/g, "\n    ")}`;
  attempts.failed.push({ offerId, dollarsPerHour, code: "boot_failed", why, unclear: ending.unclear });
  const culprit = ending.fault === "host" ? "machine" : "offer";
  operation.warn(
    `Instance ${id} on machine ${machineId ?? "?"} did not boot because of the ${culprit}: ${because}.${logText(log)} It was destroyed${billed}.`,
  );
}
