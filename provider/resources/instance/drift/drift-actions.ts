import type { WireInstance } from "../../../api/instance-row.js";
import type { Bag } from "../../../engine/values.js";
import type { InstanceInputs } from "../inputs.js";
import { money } from "../messages.js";
import type { Drift, DriftName } from "./drift.js";
import { raisedBid } from "./raised-bid.js";

type OnDrift = InstanceInputs["onDrift"];

/** What is done about a drift. `ignore` says it. */
export type DriftAction = Exclude<OnDrift[Exclude<keyof OnDrift, "maxBidDollarsPerHour">], undefined>;

/** What is done about a drift that is there now. */
export interface Decision {
  readonly drift: Drift;
  readonly action: DriftAction;
  /** What `pulumi up` does about it, or why it does not do what `onDrift` says: a sentence that takes the place of the remedy. */
  readonly plan: string | undefined;
  /** The bid of `raiseBid`, in $/h. */
  readonly bid?: number;
}

const NAMES: Readonly<Record<DriftName, true>> = {
  lifetimeEnded: true,
  outbid: true,
  startQueued: true,
  stopped: true,
  exited: true,
  offline: true,
  notRunning: true,
  priceRaised: true,
  priceIncreasePending: true,
};
const ACTIONS: Readonly<Record<DriftAction, true>> = {
  ignore: true,
  wait: true,
  start: true,
  restart: true,
  raiseBid: true,
  replace: true,
};

/** Heartbeats get lost and hosts restart (vast-api.md §2.8): one that is silent for less is no reason to give up its data. */
const OFFLINE_MS = 10 * 60_000;

/** What the last refresh found, and since when refreshes find it, in milliseconds. A state can hold anything. */
export function knownDrift({ drift, driftSince }: Bag): Map<DriftName, number> {
  const names = Array.isArray(drift)
    ? drift.filter((name): name is DriftName => Object.hasOwn(NAMES, String(name)))
    : [];
  const since = (typeof driftSince === "object" && driftSince !== null ? driftSince : {}) as Bag;
  return new Map(names.map((name) => [name, Date.parse(String(since[name]))]));
}

/** The outputs that tell the next run what was found. What was found before keeps the moment when it was found first. */
export function driftOutputs(found: readonly DriftName[], before: Bag, now: number): Bag {
  if (found.length === 0) return { drift: null, driftSince: null };
  const known = knownDrift(before);
  const since = (name: DriftName) => new Date(known.get(name) || now).toISOString();
  return {
    drift: found,
    driftSince: Object.fromEntries(found.map((name) => [name, since(name)])),
  };
}

/** What the program says about a drift. What is half done is seen to; all else is left alone. */
export function actionFor(name: DriftName, wanted: Bag | Pick<InstanceInputs, "onDrift">): DriftAction {
  const said = ((wanted.onDrift ?? {}) as Bag)[name];
  // A value can be unknown still.
  if (Object.hasOwn(ACTIONS, String(said))) return said as DriftAction;
  return name === "startQueued" ? "wait" : "ignore";
}

/** Whether a drift has been there for long enough to replace for it; one whose beginning nobody knows has not. */
export function isDue(name: DriftName, since: number, now: number): boolean {
  return name !== "offline" || now - since >= OFFLINE_MS;
}

/**
 * What is done about what is there now. Only what a refresh has told is acted on: that is what a preview shows, and it may be over since.
 */
export function decide(
  found: readonly Drift[],
  row: WireInstance,
  before: Bag,
  wanted: Bag | InstanceInputs,
  now: number,
): Decision[] {
  const known = knownDrift(before);
  return found.map((drift): Decision => {
    const { name } = drift;
    const since = known.get(name);
    const ignored: Decision = { drift, action: "ignore", plan: undefined };
    if (since === undefined) return ignored;
    const action = actionFor(name, wanted);
    const does = `As \`onDrift.${name}\` says, \`pulumi up\``;
    switch (action) {
      case "replace": {
        if (drift.isOldNews)
          return { ...ignored, plan: "It is not replaced on old news: run `pulumi up --refresh` later." };
        if (isDue(name, since, now)) {
          return { drift, action, plan: `${does} rents another in its place, and this one ends, data and all.` };
        }
        const dueAt = since + OFFLINE_MS;
        const due = Number.isNaN(dueAt) ? "ten minutes after a refresh has seen it" : new Date(dueAt).toISOString();
        return {
          ...ignored,
          plan: `\`onDrift.offline\` replaces it if it is still so at ${due}: run \`pulumi up\` then.`,
        };
      }
      case "raiseBid": {
        const raise = raisedBid(row, wanted as InstanceInputs);
        if ("refused" in raise) return { ...ignored, plan: raise.refused };
        return { drift, action, bid: raise.bid, plan: `${does} raises the bid to ${money(raise.bid)}.` };
      }
      case "restart":
        return { drift, action, plan: `${does} restarts it.` };
      case "start":
        return { drift, action, plan: `${does} starts it, and its GPU is billed again${atPrice(row)}.` };
      case "wait":
        return { drift, action, plan: undefined };
      default:
        return ignored;
    }
  });
}

function atPrice({ dph_total: price }: WireInstance): string {
  return typeof price === "number" ? `, ${money(price)}` : "";
}
