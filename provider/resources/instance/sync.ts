import type { Account } from "../../account/account.js";
import type { WireInstance } from "../../api/instance-row.js";
import { isSameInput } from "../../engine/diff.js";
import type { Operation } from "../../engine/lifecycle.js";
import type { Bag } from "../../engine/values.js";
import { NotReadyError, VastError } from "../../errors.js";
import { durationText } from "../../wait.js";
import { CONTAINER_INPUTS, same } from "./changes.js";
import { createdVolumeOutputs } from "./created-volumes.js";
import { type DriftAction, type DriftName, driftActions, isStartQueued, winningBid } from "./drift.js";
import type { InstanceInputs } from "./inputs.js";
import { ATTACHED, attachedIn, keyTexts, namesKeys, putKeys } from "./keys.js";
import { finishedLabel } from "./label.js";
import { becauseCancelled, costSentence, money, notReady } from "./messages.js";
import { wantedAnswer } from "./probe.js";
import { freshOutputs, lookWhileYoung } from "./read-back.js";
import type { Goal } from "./readiness.js";
import { containerBody, envOf } from "./rent-request.js";
import { mountFlags } from "./shown-mounts.js";
import { REPLACED } from "./stack-view.js";
import { type Expiry, expiryFromText, expiryIn, expiryText, withWatchdog } from "./time-to-live.js";
import { waitReady } from "./wait-ready.js";

const MINUTE_MS = 60_000;
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

  const remade = isRemade(before, wanted);
  const expiry = expiryAfter(before, wanted, remade, clock.now());
  const label = finishedLabel(wanted.label, wanted.ownerToken ?? "", wanted.labelMark, expiry);
  const renamed = (row.label ?? "") !== label;
  if (renamed) await instances.setLabel(id, label, signal);

  const drift = driftActions(before, wanted);
  const bid = bidToSet(row, before, wanted, drift);
  if (bid !== undefined) await instances.bid(id, bid, signal);
  const tooDear = bid === undefined && drift.get("outbid") === "raiseBid";
  if (tooDear) {
    const cap = money(wanted.onDrift.maxBidDollarsPerHour ?? 0);
    operation.warn(`Instance ${id} stays outbid: winning it back takes more than ${cap}, which \`onDrift\` allows.`);
  }

  if (remade) {
    operation.progress("making the container anew");
    const { image, ...rest } = containerBody(wanted);
    const { apiUrl } = account.settings;
    const guarded =
      typeof expiry === "number"
        ? { onstart: withWatchdog(wanted.onstart, expiry, apiUrl, wanted.ownerToken ?? "") }
        : {};
    // What the program no longer says must be taken back: leaving a field out keeps the old value.
    const cleared = { ...(before.onstart ? { onstart: "" } : {}), ...(before.args ? { args: [] } : {}) };
    await instances.updateTemplate(
      id,
      { ...(image ? { image } : {}), ...cleared, ...rest, ...guarded, env: { ...envOf(wanted), ...mountFlags(row) } },
      signal,
    );
  }

  const switched = await setState(account, id, row, wanted, operation);
  const restarted = !remade && !switched && drift.get("exited") === "restart";
  if (restarted) {
    operation.progress("restarting");
    await instances.reboot(id, signal);
  }
  const created = before.rentedDollarsPerHour !== undefined;
  const rekeyed = KEY_INPUTS.some((input) => !isSameInput(same, input, before, wanted));
  const kept = !isSameInput(same, "keepVolumes", before, wanted);
  const attached = rekeyed || !created || remade ? await syncKeys(account, id, before, wanted, operation) : {};
  const known = {
    ...lasting(before),
    ...attached,
    ...(await createdVolumeOutputs(account, before, operation)),
    ...(expiry === undefined ? {} : { expiresAt: expiryText(expiry) }),
  };
  // A name, a bid or a key changes nothing that would have to be waited for: the instance may be outbid or offline, and stay so.
  const isSmall = renamed || rekeyed || kept || bid !== undefined || tooDear;
  if (created && isSmall && !remade && !switched && !restarted) {
    // The price follows the bid.
    const after = bid === undefined ? row : ((await account.look(id, signal)) ?? row);
    return { ...known, ...freshOutputs(after) };
  }
  // From here on the changes are made; running out of time must record them, and the next run goes on waiting.
  operation.exists(String(id), { ...known, ...freshOutputs(row) });
  const goal: Goal = {
    targetState: wanted.targetState,
    since: clock.now(),
    after: remade ? "update" : switched || restarted || isStartQueued(row) ? "start" : "nothing",
    image: remade ? wanted.image : undefined,
  };
  const ready = await follow(account, id, goal, wanted, operation);
  return { rentedDollarsPerHour: ready.dph_total ?? null, ...known, ...freshOutputs(ready) };
}

/** The instance as it is now. Throws when it does not exist any more. */
export async function lookAtOwn(account: Account, id: number, before: Bag, signal: AbortSignal): Promise<WireInstance> {
  const row = await lookWhileYoung(account, id, before, signal);
  if (!row) throw goneOutside(id);
  return row;
}

/** Whether the container is made anew: what runs in it ends, and it is away until it is up again. */
export function isRemade(before: Bag, wanted: InstanceInputs): boolean {
  return (
    CONTAINER_INPUTS.some((input) => !isSameInput(same, input, before, wanted)) ||
    // A container without a watchdog gets one only by being made anew.
    (wanted.timeToLiveHours !== undefined && expiryFromText(before.expiresAt) === undefined)
  );
}

/** When the instance is to end itself: as before, unless the program says another number of hours, which count from now. */
function expiryAfter(before: Bag, wanted: InstanceInputs, remade: boolean, now: number): Expiry | undefined {
  const old = expiryFromText(before.expiresAt);
  const hours = wanted.timeToLiveHours;
  if (hours !== undefined) return old === undefined || before.timeToLiveHours !== hours ? expiryIn(hours, now) : old;
  // The container still has its watchdog until it is made anew: it must be told to stand down.
  return old === undefined || remade ? undefined : "never";
}

/** The bid to send: the program's when it changed, or one that wins an outbid instance back if the program allows it. */
function bidToSet(
  row: WireInstance,
  before: Bag,
  wanted: InstanceInputs,
  drift: ReadonlyMap<DriftName, DriftAction>,
): number | undefined {
  const bid = wanted.bidDollarsPerHour;
  if (bid === undefined) return undefined;
  const changed = isSameInput(same, "bidDollarsPerHour", before, wanted) ? undefined : bid;
  const raised = drift.get("outbid") === "raiseBid" ? winningBid(row, wanted) : undefined;
  return raised === undefined ? changed : Math.max(raised, changed ?? 0);
}

async function follow(
  account: Account,
  id: number,
  goal: Goal,
  wanted: InstanceInputs,
  operation: Operation,
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
      onPending: (because, row) => {
        const price = typeof row?.dph_total === "number" ? ` · ${money(row.dph_total)}` : "";
        operation.progress(`${because} · ${durationText(clock.now() - startedAt)}${price}`);
      },
    }),
  );
  if (ending.is === "ready") return ending.row;
  if (ending.is === "gone") throw goneOutside(id);
  if (ending.is === "timeout" && isQueued(ending.row, wanted)) {
    // A queued start would switch the machine on some day, unseen and billed.
    await account.client.instances.setState(id, "stopped", operation.signal);
    throw new NotReadyError(
      "start_queued",
      `Instance ${id} could not start within ${updateMinutes} min: its GPU is rented by somebody else. The start was taken back, ` +
        `so it stays stopped, in the stack. ${costSentence(ending.row)} Run \`pulumi up\` to try again, or \`pulumi destroy\` to end it.`,
    );
  }
  throw notReady(id, ending, updateMinutes, "updateMinutes");
}

/** Starts or stops, when the contract is not on its way there already. True when something was asked for. */
async function setState(
  account: Account,
  id: number,
  row: WireInstance,
  { targetState }: InstanceInputs,
  { signal, progress }: Operation,
): Promise<boolean> {
  const heading = row.intended_status ?? row.cur_state;
  if (heading === targetState || (targetState === "running" && heading === undefined)) return false;
  progress(targetState === "running" ? "starting" : "stopping");
  await account.client.instances.setState(id, targetState, signal);
  return true;
}

function isQueued(row: WireInstance | undefined, { targetState }: InstanceInputs): boolean {
  return targetState === "running" && row !== undefined && isStartQueued(row);
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
