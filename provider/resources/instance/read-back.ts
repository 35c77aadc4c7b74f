import { youngUntil } from "../../account/absence.js";
import type { Account } from "../../account/account.js";
import type { WireInstance } from "../../api/instance-row.js";
import { parsePort, portFlag, portText } from "../../api/ports.js";
import { TAKEN_UP } from "../../engine/entries.js";
import type { Bag } from "../../engine/values.js";
import { lookUntil } from "../../wait.js";
import type { Known } from "./boot/secret-values.js";
import { DISK_TOLERANCE_GB, PRICE_TOLERANCE } from "./changes.js";
import { isRaisedBid } from "./drift/raised-bid.js";
import type { InstanceInputs } from "./inputs.js";
import { readLabel } from "./label.js";
import { liveFacts, rentedFacts } from "./outputs.js";
import { expiryOnVast, expiryText, knownExpiry } from "./time-to-live/time-to-live.js";
import { withoutWatchdog } from "./time-to-live/watchdog.js";
import { hasMounts, mountsOf } from "./volumes/shown-mounts.js";

/** Between two looks for an instance that may be too young to show. */
const LOOK_EVERY_MS = 5_000;

/**
 * The inputs as they are on Vast, for those that the program declares and Vast answers. What an answer leaves out says nothing, so
 * the value of before stays: refresh never invents a change.
 */
export function readBackInputs(
  row: WireInstance,
  declared: Partial<InstanceInputs> & { readonly expiresAt?: unknown },
  token: string,
): Bag {
  const reading = readLabel(row.label, token);
  const live: Bag = {
    label: reading.mark === "pending" ? "" : reading.label,
    labelMark: reading.mark === "finished",
  };
  if (row.intended_status === "running" || row.intended_status === "stopped") live.targetState = row.intended_status;
  if (declared.image !== undefined && row.image_uuid) live.image = row.image_uuid;
  if (declared.templateHash !== undefined && row.template_hash_id) live.templateHash = row.template_hash_id;
  if (row.onstart !== null && row.onstart !== undefined) {
    if (declared.entrypoint !== undefined) live.entrypoint = row.onstart;
    else if (declared.onstart !== undefined) live.onstart = withoutWatchdog(row.onstart);
  }
  if (declared.args !== undefined && row.image_args) live.args = row.image_args;
  if (row.extra_env) Object.assign(live, readBackEnv(row.extra_env, declared));
  if (typeof row.disk_space === "number" && Math.abs(row.disk_space - (declared.diskGb ?? 0)) > DISK_TOLERANCE_GB) {
    live.diskGb = row.disk_space;
  }
  const expiry = expiryOnVast(row, declared);
  if (expiry !== undefined) live.expiresAt = expiryText(expiry);
  else if (knownExpiry(declared) !== undefined) live.expiresAt = null;
  // Nothing ends it, although the program says so: the next `up` puts that right.
  if (declared.timeToLiveHours !== undefined && typeof expiry !== "number") live.timeToLiveHours = null;
  // The base price of an interruptible contract is its bid (vast-api.md §2.3).
  const bid = declared.bidDollarsPerHour;
  if (
    bid !== undefined &&
    row.is_bid &&
    typeof row.dph_base === "number" &&
    Math.abs(row.dph_base - bid) > PRICE_TOLERANCE &&
    // The next `up` would take the raise back, and lose the machine with it.
    !isRaisedBid(row.dph_base, declared)
  ) {
    live.bidDollarsPerHour = row.dph_base;
  }
  return live;
}

/**
 * The volumes as they are in a contract that was found and not rented just now, where they are not those of the program. Later they cannot
 * change: Vast mounts only when renting.
 */
export function readBackVolumes(row: WireInstance, { volumes }: Pick<InstanceInputs, "volumes">): Bag {
  if (hasMounts(row, volumes)) return {};
  return { volumes: mountsOf(row).map(({ volumeId = null, mountPath }) => ({ volumeId, mountPath })) };
}

/** Ours among the variables and ports; those of a template and of the account are not the program's business. */
function readBackEnv(extraEnv: Record<string, string>, declared: Partial<InstanceInputs>): Bag {
  const names = Object.keys(declared.env ?? {}).filter((name) => extraEnv[name] !== undefined);
  const published = Object.keys(extraEnv).flatMap((flag) => {
    const port = /^-p\s+(\S+)$/.exec(flag)?.[1];
    const parsed = port === undefined ? undefined : parsePort(port);
    return parsed ? [portFlag(portText(parsed))] : [];
  });
  return {
    env: Object.fromEntries(names.map((name) => [name, extraEnv[name]])),
    ports: (declared.ports ?? []).filter((port) => published.includes(portFlag(port))),
  };
}

/** Outputs of an instance that was just rented or changed: what the program declared, and everything the row tells. */
export function freshOutputs(row: WireInstance, known: Known = {}): Bag {
  return { ...rentedFacts(row), ...liveFacts(row, known) };
}

/** The instance as it is now, looked for again while it may be too young to show; undefined when it does not exist. */
export async function lookWhileYoung(
  account: Account,
  id: number,
  before: Bag,
  signal: AbortSignal,
): Promise<WireInstance | undefined> {
  const options = { everyMs: LOOK_EVERY_MS, deadline: tooYoungUntil(before, account.clock.now()), signal };
  return lookUntil(account.clock, () => account.look(id, signal), options);
}

/** Outputs after a refresh: what can change is brought up to date, what was true when renting stays. */
export function refreshedOutputs(row: WireInstance, before: Bag, token: string): Bag {
  const declared = before as Partial<InstanceInputs>;
  // Vast answers facts of the machine only by and by: what was not known yet is taken now.
  const late = Object.entries(rentedFacts(row)).filter(([key, value]) => before[key] === undefined && value !== null);
  return {
    ...before,
    ...Object.fromEntries(late),
    ...liveFacts(row, { inputs: declared }),
    ...readBackInputs(row, declared, token),
  };
}

/**
 * Until when "no such instance" proves nothing: in its first minute a contract can be missing from answers (vast-api.md §2.2), also when one has shown
 * it. Never more than a minute from `now`: it was rented before, whatever the clock of the process that rented it said.
 */
export function tooYoungUntil({ rentedAt, [TAKEN_UP]: takenUpAt }: RentedOrFound, now: number): number {
  return youngUntil(rentedAt ?? takenUpAt, now);
}

/** When a contract was rented, or else when it was taken up: it is no younger. */
interface RentedOrFound {
  readonly rentedAt?: unknown;
  readonly [TAKEN_UP]?: unknown;
}
