import type { Account } from "../../account/account.js";
import type { WireInstance } from "../../api/instance-row.js";
import { isSameInput } from "../../engine/diff.js";
import type { Operation } from "../../engine/lifecycle.js";
import type { Bag } from "../../engine/values.js";
import { VastError } from "../../errors.js";
import { durationText, lookUntil } from "../../wait.js";
import { lastLogLines } from "./boot-log.js";
import { CONTAINER_INPUTS, same } from "./changes.js";
import { createdVolumeOutputs } from "./created-volumes.js";
import { isStartQueued } from "./drift.js";
import type { Decision } from "./drift-actions.js";
import {
  decideNow,
  does,
  driftAfter,
  headingOf,
  isKnownDown,
  startsAnew,
  targetFor,
  tellWhatStays,
} from "./drift-update.js";
import type { InstanceInputs } from "./inputs.js";
import { ATTACHED, attachedIn, keyTexts, namesKeys, putKeys } from "./keys.js";
import { finishedLabel } from "./label.js";
import { becauseCancelled, money, notReady } from "./messages.js";
import { wantedAnswer } from "./probe.js";
import { takeStartBack } from "./queued-start.js";
import { freshOutputs, tooYoungUntil } from "./read-back.js";
import { bootPatienceMs, FRESH_MS, type Goal } from "./readiness.js";
import { containerBody, envOf, programTexts } from "./rent-request.js";
import { type Known, knownOf } from "./secret-values.js";
import { mountFlags } from "./shown-mounts.js";
import { REPLACED } from "./stack-view.js";
import { startRefused } from "./start-refused.js";
import { expiryAfter, expiryText, lacksWatchdog, refuseTimeOver } from "./time-to-live.js";
import { waitReady } from "./wait-ready.js";
import { deadlineOf, withWatchdog } from "./watchdog.js";

const MINUTE_MS = 60_000;
const LOOK_EVERY_MS = 5_000;
const KEY_INPUTS = ["sshKeyIds", "sshPublicKeys"] as const;

/**
 * Brings an instance to what is wanted: label, bid, container, state, in this order; then waits until it is so. With nothing to
 * change it only waits: that is how the next `up` goes on after a create that ran out of time.
 */
export async function syncInstance(
  account: Account,
  id: number,
  before: Bag,
  wanted: InstanceInputs,
  operation: Operation,
): Promise<Bag> {
  const { clock } = account;
  const { instances } = account.client;
  const { signal } = operation;
  const row = await lookAtOwn(account, id, before, signal);

  const decisions = decideNow(row, before, wanted, clock.now());
  const targetState = targetFor(row, before, wanted, decisions);
  const remade = isRemade(before, wanted);
  const expiry = expiryAfter(before, wanted, { remade, now: clock.now() });
  const label = finishedLabel(wanted.label, wanted.ownerToken ?? "", wanted.labelMark, expiry);
  const starts = (targetState === "running" && !isHeadingFor("running", row)) || startsAnew(decisions);
  if (remade || starts) refuseTimeOver(id, expiry, clock.now());
  const renamed = (row.label ?? "") !== label;
  if (renamed) await instances.setLabel(id, label, signal);

  tellWhatStays(decisions, before, operation);
  const bid = bidToSet(before, wanted, decisions);
  if (bid !== undefined) await instances.bid(id, bid, signal);

  if (remade) {
    operation.progress("making the container anew");
    const { image, ...rest } = containerBody(wanted);
    const { apiUrl } = account.settings;
    const guarded = typeof expiry === "number" ? { onstart: withWatchdog(wanted.onstart, expiry, apiUrl) } : {};
    // What the program no longer says must be taken back: leaving a field out keeps the old value.
    const hasOnstart = before.onstart || before.expiresAt || deadlineOf(row.onstart) !== undefined;
    const cleared = { ...(hasOnstart ? { onstart: "" } : {}), ...(before.args ? { args: [] } : {}) };
    await instances.updateTemplate(
      id,
      { ...(image ? { image } : {}), ...cleared, ...rest, ...guarded, env: { ...envOf(wanted), ...mountFlags(row) } },
      signal,
    );
  }

  const created = before.rentedDollarsPerHour !== undefined;
  const switched = await setState(account, id, row, targetState, operation);
  const restarted = !remade && !switched && does(decisions, "restart");
  if (restarted) {
    operation.progress("restarting");
    await instances.reboot(id, signal);
  }
  const rekeyed = KEY_INPUTS.some((input) => !isSameInput(same, input, before, wanted));
  const kept = !isSameInput(same, "keepVolumes", before, wanted);
  const attached = rekeyed || !created || remade ? await syncKeys(account, id, before, wanted, operation) : {};
  const known = {
    ...lasting(before),
    ...attached,
    ...(await createdVolumeOutputs(account, before, operation)),
    ...(expiry === undefined ? {} : { expiresAt: expiryText(expiry) }),
  };
  const driftIn = (seen: WireInstance) => driftAfter(seen, before, wanted, decisions, clock.now());
  // A name, a bid or a key changes nothing that would have to be waited for: the instance may be outbid or offline, and stay so.
  const isSmall = renamed || rekeyed || kept || bid !== undefined || isKnownDown(decisions, before);
  if (created && isSmall && !remade && !switched && !restarted && !does(decisions, "wait")) {
    const after = bid === undefined ? row : await afterBid(account, id, row, signal);
    return { ...known, ...freshOutputs(after), ...driftIn(after) };
  }
  // From here on the changes are made; running out of time must record them, and the next run goes on waiting.
  operation.exists(String(id), { ...known, ...freshOutputs(row) });
  const goal: Goal = {
    targetState,
    since: clock.now(),
    after: remade ? "update" : switched || restarted || isStartQueued(row) ? "start" : "nothing",
    image: remade ? wanted.image : undefined,
    patienceMs: bootPatienceMs(wanted.timeouts.updateMinutes, wanted.vm),
    asked: programTexts(wanted),
  };
  const ready = await follow(account, id, goal, wanted, operation, knownOf(account, wanted, before.instanceApiKey));
  return { rentedDollarsPerHour: ready.dph_total ?? null, ...known, ...freshOutputs(ready), ...driftIn(ready) };
}

/** The instance as it is now. Throws when it does not exist any more. */
export async function lookAtOwn(account: Account, id: number, before: Bag, signal: AbortSignal): Promise<WireInstance> {
  // Right after the rent, "no such instance" proves nothing: it may be too young to show, also when one answer of a moment ago has shown it.
  const seenAt = account.lastSeenAt(id) ?? Number.NEGATIVE_INFINITY;
  const options = { everyMs: LOOK_EVERY_MS, deadline: Math.max(tooYoungUntil(before), seenAt + FRESH_MS), signal };
  const row = await lookUntil(account.clock, () => account.look(id, signal), options);
  if (!row) throw goneOutside(id);
  return row;
}

/** Whether the container is made anew: what runs in it ends, and it is away until it is up again. */
export function isRemade(before: Bag, wanted: InstanceInputs): boolean {
  return CONTAINER_INPUTS.some((input) => !isSameInput(same, input, before, wanted)) || lacksWatchdog(before, wanted);
}

/** The bid to send: the program's when it changed, or one that wins an outbid instance back if the program allows it. */
function bidToSet(before: Bag, wanted: InstanceInputs, decisions: readonly Decision[]): number | undefined {
  const bid = wanted.bidDollarsPerHour;
  if (bid === undefined) return undefined;
  const changed = isSameInput(same, "bidDollarsPerHour", before, wanted) ? undefined : bid;
  const raised = decisions.find(({ action }) => action === "raiseBid")?.bid;
  return raised === undefined ? changed : Math.max(raised, changed ?? 0);
}

/** The price follows the bid. It is set: that what it leads to cannot be read now fails nothing. */
async function afterBid(account: Account, id: number, row: WireInstance, signal: AbortSignal): Promise<WireInstance> {
  try {
    return (await account.look(id, signal)) ?? row;
  } catch (error) {
    if (signal.aborted) throw error;
    return row;
  }
}

async function follow(
  account: Account,
  id: number,
  goal: Goal,
  wanted: InstanceInputs,
  operation: Operation,
  known: Known,
): Promise<WireInstance> {
  const { clock } = account;
  const startedAt = clock.now();
  const { updateMinutes } = wanted.timeouts;
  const ending = await becauseCancelled(id, () =>
    waitReady({
      account,
      id,
      goal,
      wanted: wantedAnswer(wanted.waitFor),
      deadline: startedAt + updateMinutes * MINUTE_MS,
      signal: operation.signal,
      known,
      onPending: (because, row) => {
        const price = typeof row?.dph_total === "number" ? ` · ${money(row.dph_total)}` : "";
        operation.progress(`${because} · ${durationText(clock.now() - startedAt)}${price}`);
      },
    }),
  );
  if (ending.is === "ready") return ending.row;
  if (ending.is === "gone") throw goneOutside(id);
  // Of one that is to stop, none is queued any more.
  const queued =
    ending.is === "timeout" && wanted.targetState === "running"
      ? await takeStartBack(account, ending.row, updateMinutes, operation)
      : undefined;
  const log = ending.is === "failed" ? await lastLogLines(account, ending, known, operation.signal) : undefined;
  throw queued ?? notReady(id, ending, updateMinutes, "updateMinutes", log);
}

/** Starts or stops, when the contract is not on its way there already. True when something was asked for. */
async function setState(
  account: Account,
  id: number,
  row: WireInstance,
  targetState: InstanceInputs["targetState"],
  { signal, progress }: Operation,
): Promise<boolean> {
  if (isHeadingFor(targetState, row)) return false;
  progress(targetState === "running" ? "starting" : "stopping");
  try {
    await account.client.instances.setState(id, targetState, signal);
  } catch (error) {
    throw targetState === "running" ? startRefused(row, error) : error;
  }
  return true;
}

/** Whether a contract is in a state, or on its way there. */
function isHeadingFor(state: InstanceInputs["targetState"], row: WireInstance): boolean {
  const heading = headingOf(row);
  return heading === state || (state === "running" && heading === undefined);
}

/** Brings the SSH keys to what the program names. Nothing is asked where neither the program nor the state has one. */
async function syncKeys(
  account: Account,
  id: number,
  before: Bag,
  wanted: InstanceInputs,
  operation: Operation,
): Promise<Bag> {
  const mine = attachedIn(before);
  if (!namesKeys(wanted) && mine.length === 0) return {};
  const texts = await keyTexts(account, wanted, operation);
  return { [ATTACHED]: await putKeys(account, id, texts, mine, operation, () => {}) };
}

/** Outputs that no answer repeats. */
function lasting(before: Bag): Bag {
  const { rentedAt, instanceApiKey, rentedDollarsPerHour, [REPLACED]: replaced, [ATTACHED]: attached } = before;
  const known = Object.entries({
    rentedAt,
    instanceApiKey,
    rentedDollarsPerHour,
    [REPLACED]: replaced,
    [ATTACHED]: attached,
  });
  return Object.fromEntries(known.filter(([, value]) => value !== undefined));
}

function goneOutside(id: number): VastError {
  return new VastError(
    "gone",
    `Instance ${id} does not exist any more: somebody destroyed it, or its contract ended. Nothing is billed for it. ` +
      "Run `pulumi up --refresh` to rent a new one.",
  );
}
