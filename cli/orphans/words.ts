import type { Doubt, Noun, Owner } from "../../provider/orphan-doubts.js";
import type { Orphan } from "../../provider/orphans.js";
import { nameOf, stackOf } from "../state/export.js";
import { count } from "../text.js";
import type { Found } from "./choice.js";

/** What an orphan is to the states that were given, and how to get rid of it. */
export function adviceOf(orphan: Orphan): string {
  const { owner, formerUrn, kind, row, token, isTakenUp, doubt } = orphan;
  if (formerUrn !== undefined) return formerText(formerUrn);
  if (owner === undefined) return unknownText(token);
  const same = sameText(owner);
  if (doubt === "newer than the state") return newerText(owner);
  if (doubt === "owner not in the account") return missingText(owner);
  const atWork = doubt === "under way" ? "a `pulumi up` may be at work on it; " : "";
  if (isTakenUp)
    return `${same}: ${atWork ? `${atWork}if none is, the next one` : "the next `pulumi up`"} takes it up.`;
  const beside = owner.id === undefined ? "" : `, which has instance ${owner.id}`;
  if (kind === "pending") {
    return `${same}${beside}: ${atWork ? `${atWork}if none is, none` : "no `pulumi up`"} takes it up. End it${atWork && " then"}.`;
  }
  const isNew = owner.id === undefined;
  return (
    `${same}${beside}: ${atWork}${isNew ? "nothing" : "no replacement"} is rented beside it. ` +
    `Set \`adoptInstanceId: ${row.id}\`${isNew ? "" : " for the next replacement"} to take it over, or end it.`
  );
}

/** What a doubt means for those that are left out. */
export function doubtText(doubt: Doubt): string {
  return {
    "unknown token":
      "no given state knows the token, and one that was not given may own it; name all stacks of the account",
    "under way": "a `pulumi up` may be at work on it",
    "newer than the state": "it began after the state was saved, and may stand in the stack by now",
    "in an older state": "an older export has it, and somebody may have taken it out of the stack on purpose",
    "owner not in the account":
      "the account lacks what the state has in its place, so the state may be a copy or out of date",
    "other account": "the account has none of what the given states hold, so it may be that of other stacks",
  }[doubt];
}

/** Why a volume cannot be ended: who has it mounted. */
export function mountedText(found: Found): string {
  if (found.noun === "instance" || found.isInUseByUnknown) return "Vast says that it is in use.";
  const { mountedBy } = found;
  return `${mountedBy.length === 1 ? "instance" : "instances"} ${mountedBy.join(", ")} ${mountedBy.length === 1 ? "has" : "have"} it mounted.`;
}

export function formerText(urn: string): string {
  return (
    `An older export has it as ${resourceText(urn)}, and that stack as it is now does not: ` +
    "it was taken out of the stack, or the two are different stacks of one name."
  );
}

export function unknownText(token: string): string {
  return `No given state knows its token ${token}: another stack, or somebody else's state, may own it.`;
}

export function sameText({ urn }: Owner): string {
  return `Same resource as ${resourceText(urn)}`;
}

export function newerText(owner: Owner): string {
  return `${sameText(owner)}, but it began after that state was saved: it may stand in the stack by now. Ask the stack itself with --stack.`;
}

export function missingText(owner: Owner): string {
  return (
    `${sameText(owner)}, which has ${owner.noun} ${owner.id}, and the account does not: that state may be a copy or out of date, ` +
    "and this one at work for the stack that it was copied from. Look there before you end it."
  );
}

/** Ids in a sentence: contracts by their number, volumes as such. */
export function listText(found: readonly Found[]): string {
  const ids = (wanted: Noun) => found.filter(({ noun }) => noun === wanted).map(({ row }) => row.id);
  const [contracts, volumes] = [ids("instance"), ids("volume")];
  const named = volumes.length === 0 ? [] : [`volume${volumes.length === 1 ? "" : "s"} ${volumes.join(", ")}`];
  return [...(contracts.length === 0 ? [] : [contracts.join(", ")]), ...named].join(" and ");
}

/** Two numbers in a sentence; volumes are spoken of only where there are any. */
export function countText(counts: Readonly<Record<Noun, number>>, contract: string, volume: string): string {
  const { instance, volume: volumes } = counts;
  const parts = [
    ...(instance > 0 || volumes === 0 ? [count(instance, contract)] : []),
    ...(volumes > 0 ? [count(volumes, volume)] : []),
  ];
  return parts.join(" and ");
}

/** A span of time in its two largest units. */
export function ageText(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ${minutes % 60} m` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** The name of a resource with its stack. */
function resourceText(urn: string): string {
  return `${nameOf(urn)} (stack ${stackOf(urn) ?? "?"})`;
}
