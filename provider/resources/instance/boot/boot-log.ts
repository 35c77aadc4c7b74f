import type { Account } from "../../../account/account.js";
import { beforeDeadline, lookUntil } from "../../../wait.js";
import { scrubber } from "./scrubber.js";
import type { Known } from "./secret-values.js";
import type { Ending } from "./wait-ready.js";

/** How many lines of the log a message repeats. */
const LOG_LINES = 12;
const LONGEST_LINE = 200;
/** For all of it, the host's upload included: a machine that failed is billed while it is asked. */
const LOG_MS = 15_000;
const LOOK_EVERY_MS = 1_000;

/** Without a container there is no log, and a host that is silent uploads none. */
const WITHOUT_LOG: readonly (string | null)[] = [null, "loading", "scheduling", "offline", "unknown"];

/**
 * The last lines of an instance's container log, for the message about a failed boot, scrubbed. Undefined when there are none or they cannot be had:
 * a log is never worth failing for, nor waiting long.
 */
export async function lastLogLines(
  { client, clock }: Account,
  { row, fault }: Extract<Ending, { is: "failed" }>,
  known: Known,
  signal: AbortSignal,
): Promise<string | undefined> {
  // What stops a container from outside stands in no log of it.
  if (row === undefined || fault === "unknown" || WITHOUT_LOG.includes(row.actual_status ?? null)) return undefined;
  const deadline = clock.now() + LOG_MS;
  try {
    const text = await beforeDeadline(clock, { deadline, signal }, async (bounded) => {
      const url = await client.instances.requestLogs(row.id, LOG_LINES, bounded);
      const options = { everyMs: LOOK_EVERY_MS, deadline, signal: bounded };
      return lookUntil(clock, () => client.readPublicText(url, bounded), options);
    });
    const lines = scrubber({ ...known, row })(text ?? "")
      .split("\n")
      .filter((line) => line.trim() !== "");
    // The service answers with this text when the container never existed (recorded 2026-08-03).
    if (lines.length === 0 || /^Error.*: No such container: /i.test(lines[0] ?? "")) return undefined;
    return lines
      .slice(-LOG_LINES)
      .map((line) => line.slice(0, LONGEST_LINE))
      .join("\n");
  } catch {
    return undefined;
  }
}
