import type { Account } from "../../account/account.js";
import { lookUntil } from "../../wait.js";
import type { InstanceInputs } from "./inputs.js";

/** How many lines of the log a message repeats, and how long the host may take to upload them. */
const LOG_LINES = 12;
const UPLOAD_MS = 15_000;
const LOOK_EVERY_MS = 1_000;
const LONGEST_LINE = 200;

/** What stands in the place of a secret. */
const SCRUBBED = "…";

/**
 * The last lines of an instance's container log, for the message about a failed boot, without secrets. Undefined when there are none or
 * they cannot be had: a log is never worth failing for.
 */
export async function lastLogLines(
  account: Account,
  id: number,
  inputs: InstanceInputs,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { client, clock } = account;
  try {
    const url = await client.instances.requestLogs(id, LOG_LINES, signal);
    const options = { everyMs: LOOK_EVERY_MS, deadline: clock.now() + UPLOAD_MS, signal };
    const text = await lookUntil(clock, () => client.readPublicText(url, signal), options);
    const lines = (text ?? "").split("\n").filter((line) => line.trim() !== "");
    // The service answers with this text when the container never existed (recorded 2026-08-03).
    if (lines.length === 0 || /no such container/i.test(text ?? "")) return undefined;
    const tail = lines.slice(-LOG_LINES).map((line) => line.slice(0, LONGEST_LINE));
    return scrub(tail.join("\n"), secretsOf(account, inputs));
  } catch {
    return undefined;
  }
}

/** Everything that the program or the account keeps secret and that a container could print. */
function secretsOf(account: Account, inputs: InstanceInputs): string[] {
  const { username, password } = inputs.imageLogin ?? {};
  const known = [account.settings.apiKey, username, password, ...Object.values(inputs.env)];
  // Short values such as "1" or "info" are no secrets, and blanking them would make the log unreadable.
  return known.filter((value): value is string => value !== undefined && value.length >= 6);
}

/** Blanks the given secrets, and what looks like a token: a long run of letters and digits after a telling word. */
export function scrub(text: string, secrets: readonly string[]): string {
  const without = [...secrets]
    .sort((a, b) => b.length - a.length)
    .reduce((scrubbed, secret) => scrubbed.replaceAll(secret, SCRUBBED), text);
  return without.replace(
    /((?:key|token|secret|password|passwd|authorization|bearer)["']?\s*[=:\s]\s*["']?(?:bearer\s+)?)[\w./+-]{8,}/gi,
    `$1${SCRUBBED}`,
  );
}
