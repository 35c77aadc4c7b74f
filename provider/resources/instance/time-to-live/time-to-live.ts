import type { WireInstance } from "../../../api/instance-row.js";
import type { Bag } from "../../../engine/values.js";
import { VastError } from "../../../errors.js";
import type { InstanceInputs } from "../inputs.js";
import { type Expiry, endInLabel } from "../label.js";
import { deadlineOf } from "./watchdog.js";

const SECONDS_PER_HOUR = 3600;
/** A contract begins some seconds after its end was set, and a host's clock may be off by minutes. */
const SAME_HOURS = 0.2;

/** The moment `hours` from now, as epoch seconds. */
export function expiryIn(hours: number, now: number): number {
  return Math.round(now / 1000 + hours * SECONDS_PER_HOUR);
}

/** An expiry for people and outputs: ISO 8601, or `never`. */
export function expiryText(expiry: Expiry): string {
  return expiry === "never" ? expiry : new Date(expiry * 1000).toISOString();
}

/** The expiry that outputs tell. */
export function knownExpiry({ expiresAt }: Bag): Expiry | undefined {
  if (expiresAt === "never") return expiresAt;
  const at = typeof expiresAt === "string" ? Date.parse(expiresAt) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.round(at / 1000);
}

/**
 * The expiry that is in force: that of the label; else what is known, which the watchdog keeps as well when somebody changes the label; else
 * what the watchdog was started with. Undefined when the start script is shown and has no watchdog, whatever the label says.
 */
export function expiryOnVast(row: WireInstance, before: Bag = {}): Expiry | undefined {
  const deadline = deadlineOf(row.onstart);
  if (typeof row.onstart === "string" && deadline === undefined) return undefined;
  return endInLabel(row.label) ?? knownExpiry(before) ?? deadline;
}

/** How many hours lie between the begin of a contract and its end; undefined when Vast does not tell the begin. */
export function hoursFromRent(row: WireInstance, expiry: number): number | undefined {
  if (typeof row.start_date !== "number") return undefined;
  return Math.round(((expiry - row.start_date) / SECONDS_PER_HOUR) * 100) / 100;
}

/** Whether a contract that nobody moved the end of was given these hours, as far as Vast tells. */
export function hasHours(row: WireInstance, expiry: number, hours: number): boolean {
  return Math.abs((hoursFromRent(row, expiry) ?? hours) - hours) < SAME_HOURS;
}

/**
 * When an instance is to end itself after an update: as before, unless the program says another number of hours, which count from now. Where
 * the program says none, a watchdog that still runs must be told to stand down; one that goes with its container needs nothing.
 */
export function expiryAfter(
  before: Bag,
  { timeToLiveHours: hours }: Pick<InstanceInputs, "timeToLiveHours">,
  { remade, now }: { remade: boolean; now: number },
): Expiry | undefined {
  const old = knownExpiry(before);
  if (hours === undefined) return old === undefined || remade ? undefined : "never";
  return typeof old === "number" && before.timeToLiveHours === hours ? old : expiryIn(hours, now);
}

/** Whether a container has to be made anew to get a watchdog. */
export function lacksWatchdog(before: Bag, { timeToLiveHours }: Pick<InstanceInputs, "timeToLiveHours">): boolean {
  return timeToLiveHours !== undefined && knownExpiry(before) === undefined;
}

type WatchdogInput = "runtype" | "args" | "entrypoint" | "templateHash" | "onstart" | "adoptInstanceId" | "vm" | "env";

/** Why an instance of these inputs could not end itself, as the rest of "timeToLiveHours: …"; undefined when it can. */
export function watchdogProblem(inputs: Partial<Pick<InstanceInputs, WatchdogInput>>): string | undefined {
  const { runtype, args, entrypoint, templateHash, onstart, adoptInstanceId, vm, env = {} } = inputs;
  if (runtype === "args" || args !== undefined || entrypoint !== undefined) {
    return 'its watchdog is a start script, which runtype "args" does not run; use runtype "ssh" with `onstart`.';
  }
  if (vm)
    return "its watchdog runs in a container, and this is a virtual machine; leave it out, and end the instance yourself.";
  if (templateHash !== undefined && onstart === undefined) {
    return "its watchdog would take the place of the template's start script; repeat that script in `onstart`.";
  }
  if (templateHash !== undefined && runtype === undefined) {
    return 'a template may run nothing but its entrypoint, and no watchdog; say the `runtype`, e.g. "ssh".';
  }
  if (adoptInstanceId !== undefined) {
    return "an adopted container has no watchdog; adopt it first, then set a time to live, which makes the container anew.";
  }
  const [interpreter] = /^#!.*/.exec(onstart ?? "") ?? [];
  if (interpreter !== undefined && !/\b(?:ba|da|z|k)?sh\b/.test(interpreter)) {
    return `its watchdog is a shell script before \`onstart\`, which begins with "${interpreter}"; call that program from a shell script.`;
  }
  const name = ["CONTAINER_ID", "CONTAINER_API_KEY"].find((reserved) => reserved in env);
  return name && `its watchdog finds its own instance by ${name}, which \`env\` would change; use another name.`;
}

/** Throws when an update would start, or make anew, a container whose time is over: its watchdog would destroy it at once, data and all. */
export function refuseTimeOver(id: number, expiry: Expiry | undefined, now: number): void {
  if (typeof expiry !== "number" || expiry * 1000 > now) return;
  throw new VastError(
    "time_over",
    `Instance ${id} was to end at ${expiryText(expiry)} by its \`timeToLiveHours\`, and would destroy itself, data and all, as soon as it starts. ` +
      "Nothing was changed, and it is billed on, its disk alone while it is stopped. Raise `timeToLiveHours`, or take it out, and run `pulumi up` again.",
  );
}
