import type { Account } from "../../account/account.js";
import type { WireInstance } from "../../api/instance-row.js";
import { isSameInput } from "../../engine/diff.js";
import type { Operation } from "../../engine/lifecycle.js";
import type { Bag } from "../../engine/values.js";
import { followChange } from "./boot/follow-change.js";
import { bootPatienceMs, type Goal } from "./boot/readiness.js";
import { knownOf } from "./boot/secret-values.js";
import { aboveCap, stillAboveCap, unchanged } from "./cap.js";
import { CONTAINER_INPUTS, same } from "./changes.js";
import { isStartQueued } from "./drift/drift.js";
import type { Decision } from "./drift/drift-actions.js";
import {
  decideNow,
  does,
  driftAfter,
  headingOf,
  isKnownDown,
  startsAnew,
  targetFor,
  tellWhatStays,
} from "./drift/drift-update.js";
import type { InstanceInputs } from "./inputs.js";
import { ATTACHED, syncKeys } from "./keys.js";
import { finishedLabel } from "./label.js";
import { lookAtOwn } from "./look-at-own.js";
import { priceOf, runningPrice, volumePriceIn } from "./price.js";
import { freshOutputs } from "./read-back.js";
import { containerBody, envOf, programTexts } from "./rent/rent-request.js";
import { startRefused } from "./rent/start-refused.js";
import { tokenOf, UNRESOLVED } from "./stack/left-behind.js";
import { REPLACED, resourceOf, type StackView } from "./stack/stack-view.js";
import { noteNow, takeRaise } from "./stack/update-budget.js";
import { expiryAfter, expiryText, lacksWatchdog, refuseTimeOver } from "./time-to-live/time-to-live.js";
import { deadlineOf, withWatchdog } from "./time-to-live/watchdog.js";
import { createdVolumeOutputs } from "./volumes/created-volumes.js";
import { mountFlags } from "./volumes/shown-mounts.js";

const KEY_INPUTS = ["sshKeyIds", "sshPublicKeys"] as const;

/**
 * Brings an instance to what is wanted: label, bid, container, state, in this order; then waits until it is so. With nothing to
 * change it only waits: that is how the next `up` goes on after a create that ran out of time.
 */
export async function syncInstance(
  account: Account,
  view: StackView,
  id: number,
  before: Bag,
  wanted: InstanceInputs,
  operation: Operation,
): Promise<Bag> {
  const { clock } = account;
  const { instances } = account.client;
  const { signal } = operation;
  const row = await lookAtOwn(account, id, before, signal);
  const created = before.rentedDollarsPerHour !== undefined;
  const volume = await createdVolumeOutputs(account, before, operation);
  const state = { ...before, ...volume };
  const secrets = knownOf(account, wanted, before.instanceApiKey);
  // In the ledger it goes by the token that the program has for it.
  const own = { ...state, ownerToken: tokenOf(wanted) || tokenOf(before) };
  noteNow(view, row, own);
  const decisions = decideNow(row, before, wanted, clock.now());
  const targetState = targetFor(row, before, wanted, decisions);
  const bid = bidToSet(before, wanted, decisions);
  // Whoever has rented it did not get to compare it with the cap.
  const whyTooDear = (now: WireInstance) => (created ? undefined : aboveCap(now, volumePriceIn(state), wanted));
  const tooDear = whyTooDear({ ...row, dph_total: runningPrice(row, bid) });
  if (tooDear !== undefined) {
    operation.exists(String(id), { ...unchanged(state, wanted), ...freshOutputs(row, secrets), [UNRESOLVED]: null });
    throw stillAboveCap(id, tooDear);
  }
  const noted = (now: WireInstance) => {
    view.ledger.note(id, resourceOf(id, own), priceOf(now, wanted.targetState, volumePriceIn(state)));
    return freshOutputs(now, secrets);
  };

  const remade = isRemade(before, wanted);
  const expiry = expiryAfter(before, wanted, { remade, now: clock.now() });
  const label = finishedLabel(wanted.label, tokenOf(wanted), wanted.labelMark, expiry);
  const starts = (targetState === "running" && !isHeadingFor("running", row)) || startsAnew(decisions);
  if (remade || starts) refuseTimeOver(id, expiry, clock.now());
  // The last of what can be refused: it counts from here on.
  takeRaise(view, { row, before: own, change: { bid, targetState } }, operation);
  const renamed = (row.label ?? "") !== label;
  if (renamed) await instances.setLabel(id, label, signal);

  tellWhatStays(decisions, before, operation);
  if (bid !== undefined) await instances.bid(id, bid, signal);

  if (remade) {
    operation.progress("making the container anew");
    const { apiUrl } = account.settings;
    const guarded = typeof expiry === "number" ? { onstart: withWatchdog(wanted.onstart, expiry, apiUrl) } : {};
    // What the program no longer says must be taken back: leaving a field out keeps the old value.
    const hasOnstart = before.onstart || before.expiresAt || deadlineOf(row.onstart) !== undefined;
    const cleared = { ...(hasOnstart ? { onstart: "" } : {}), ...(before.args ? { args: [] } : {}) };
    await instances.updateTemplate(
      id,
      { ...cleared, ...containerBody(wanted), ...guarded, env: { ...envOf(wanted), ...mountFlags(row) } },
      signal,
    );
  }

  const switched = await setState(account, id, row, targetState, operation);
  const restarted = !remade && !switched && does(decisions, "restart");
  if (restarted) {
    operation.progress("restarting");
    await instances.reboot(id, signal);
  }
  const rekeyed = KEY_INPUTS.some((input) => !isSameInput(same, input, before, wanted));
  const isNoted = (["keepVolumes", "ownerToken"] as const).some((input) => !isSameInput(same, input, before, wanted));
  const attached = rekeyed || !created || remade ? await syncKeys(account, id, before, wanted, operation) : {};
  const known = {
    ...lasting(before),
    ...attached,
    ...volume,
    ...(expiry === undefined ? {} : { expiresAt: expiryText(expiry) }),
  };
  const driftIn = (seen: WireInstance) => driftAfter(seen, before, wanted, decisions, clock.now());
  // A name, a bid or a key changes nothing that would have to be waited for: the instance may be outbid or offline, and stay so.
  const isSmall = renamed || rekeyed || isNoted || bid !== undefined || isKnownDown(decisions, before);
  if (created && isSmall && !remade && !switched && !restarted && !does(decisions, "wait")) {
    // The price follows the bid, which is set: that what it leads to cannot be read now fails nothing.
    const look = async () => (await account.look(id, signal).catch(() => undefined)) ?? row;
    const after = bid === undefined ? row : await look();
    return { ...known, ...noted(after), ...driftIn(after) };
  }
  // From here on the changes are made; running out of time must record them, and the next run goes on waiting.
  operation.exists(String(id), { ...known, ...freshOutputs(row, secrets) });
  const goal: Goal = {
    targetState,
    since: clock.now(),
    after: remade ? "update" : switched || restarted || isStartQueued(row) ? "start" : "nothing",
    image: remade ? wanted.image : undefined,
    patienceMs: bootPatienceMs(wanted.timeouts.updateMinutes, wanted.vm),
    asked: programTexts(wanted),
  };
  const ready = await followChange(account, { id, goal, wanted, whyTooDear, known: secrets }, operation);
  return { rentedDollarsPerHour: ready.dph_total ?? null, ...known, ...noted(ready), ...driftIn(ready) };
}

/** Whether the container is made anew: what runs in it ends, and it is away until it is up again. */
export function isRemade(before: Bag, wanted: InstanceInputs): boolean {
  return CONTAINER_INPUTS.some((input) => !isSameInput(same, input, before, wanted)) || lacksWatchdog(before, wanted);
}

/** The bid to send: the program's when it changed, or one that wins an outbid instance back if the program allows it. */
function bidToSet(before: Bag, wanted: InstanceInputs, decisions: readonly Decision[]): number | undefined {
  const changed = isSameInput(same, "bidDollarsPerHour", before, wanted) ? undefined : wanted.bidDollarsPerHour;
  const raised = decisions.find(({ action }) => action === "raiseBid")?.bid;
  return raised === undefined ? changed : Math.max(raised, changed ?? 0);
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

/** Whether a contract is in a state, or on its way there: that of a row that tells nothing is to run. */
function isHeadingFor(state: InstanceInputs["targetState"], row: WireInstance): boolean {
  return (headingOf(row) ?? "running") === state;
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
