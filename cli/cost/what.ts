import { describeQuery } from "../../provider/offer/describe.js";
import { instanceWish, madeVolume } from "../../provider/wishes.js";
import type { PlannedChange } from "./changes.js";
import type { ResourceState } from "./preview.js";
import { type Price, priceOfRest } from "./price.js";

/** A query can be long; its first words say which GPU. */
const LONGEST_QUERY = 60;

/** What a resource is, in a few words, and what a reader of its price should know. */
export function whatText(change: PlannedChange, after: Price | undefined): string {
  const { kind, now, wanted } = change;
  const shown = wanted ?? now;
  if (shown === undefined) return "";
  const isRented = change.change === "new" || change.change === "replaced";
  const parts =
    kind === "Volume" ? [volumeText(shown, now, isRented)] : [machineText(shown, now, isRented), ...stateOf(shown)];
  const rest = priceOfRest(change) && now ? madeVolume(now.inputs, now.outputs) : undefined;
  if (rest !== undefined && wanted === undefined)
    parts.push(`its volume ${rest.id} of ${rest.sizeGb} GB stays, billed`);
  if (rest !== undefined && wanted !== undefined)
    parts.push(`the old volume ${rest.id} of ${rest.sizeGb} GB stays, billed`);
  if (kind === "Instance" && wanted !== undefined) parts.push(...lifetimeOf(change, after));
  return parts.filter((part) => part !== "").join(", ");
}

function machineText({ inputs }: ResourceState, now: ResourceState | undefined, isRented: boolean): string {
  const disk = typeof inputs.diskGb === "number" ? `${inputs.diskGb} GB disk` : "";
  if (!isRented && now !== undefined) {
    const { gpuName, gpuCount, geolocation } = now.outputs;
    const gpus = typeof gpuName === "string" ? `${String(gpuCount ?? 1)}x ${gpuName}` : "";
    return [gpus, typeof geolocation === "string" ? geolocation : "", disk].filter((part) => part !== "").join(", ");
  }
  return [searchText(inputs), disk].filter((part) => part !== "").join(", ");
}

function searchText(inputs: ResourceState["inputs"]): string {
  const { offerId, adoptInstanceId, offer } = inputs;
  if (typeof adoptInstanceId === "number") return `takes over instance ${adoptInstanceId}`;
  if (typeof offerId === "number") return `offer ${offerId}`;
  // Its price says when there is more than can be read.
  const wish = instanceWish({ offer }, () => undefined);
  const words = "is" in wish || wish.offer === undefined ? "" : describeQuery(wish.offer);
  return words.length > LONGEST_QUERY ? `${words.slice(0, LONGEST_QUERY - 1)}…` : words;
}

function volumeText({ inputs, outputs }: ResourceState, now: ResourceState | undefined, isRented: boolean): string {
  const size = inputs.sizeGb ?? outputs.sizeGb;
  const place = isRented ? undefined : now?.outputs.geolocation;
  return `volume${typeof size === "number" ? ` of ${size} GB` : ""}${typeof place === "string" ? `, ${place}` : ""}`;
}

function stateOf({ inputs }: ResourceState): string[] {
  const { bidDollarsPerHour: bid, targetState, volumes } = inputs;
  const [mount] = Array.isArray(volumes) ? (volumes as { sizeGb?: unknown }[]) : [];
  return [
    ...(typeof mount?.sizeGb === "number" ? [`with a volume of ${mount.sizeGb} GB`] : []),
    ...(typeof bid === "number" ? [`bid ${bid} $/h`] : []),
    ...(targetState === "stopped" ? ["stopped"] : []),
  ];
}

/** When its watchdog ends it, and what it can cost until then. */
function lifetimeOf({ now, wanted, change }: PlannedChange, after: Price | undefined): string[] {
  const hours = wanted?.inputs.timeToLiveHours;
  if (typeof hours !== "number") return [];
  const expiresAt = now?.outputs.expiresAt;
  const goesOn = change === "same" || (change === "updated" && now?.inputs.timeToLiveHours === hours);
  if (goesOn && typeof expiresAt === "string" && !Number.isNaN(Date.parse(expiresAt))) {
    return [`ends by itself at ${expiresAt.slice(0, 16).replace("T", " ")} UTC`];
  }
  // The watchdog sleeps while the instance is stopped.
  const isPriced = after !== undefined && after.is !== "unknown" && wanted?.inputs.targetState !== "stopped";
  const most = isPriced ? `, at most ${(after.dollarsPerHour * hours).toFixed(2)} $` : "";
  return [`ends by itself after ${hours} h${most}`];
}
