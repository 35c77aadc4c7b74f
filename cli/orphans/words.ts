import type { Doubt } from "../../provider/orphan-doubts.js";
import type { Orphan } from "../../provider/orphans.js";
import { nameOf, stackOf } from "../state/export.js";

/** What an orphan is to the states that were given, and how to get rid of it. */
export function adviceOf(orphan: Orphan): string {
  const { owner, formerUrn, kind, row, token, isTakenUp, doubt } = orphan;
  if (formerUrn !== undefined) {
    return (
      `An older export has it as ${ownerName(formerUrn)}, and that stack as it is now does not: ` +
      "it was taken out of the stack, or the two are different stacks of one name."
    );
  }
  if (owner === undefined) {
    return `No given state knows its token ${token}: another stack, or somebody else's state, may own it.`;
  }
  const same = `Same resource as ${ownerName(owner.urn)}`;
  if (doubt === "newer than the state") {
    return `${same}, but it began after that state was saved: it may stand in the stack by now. Ask the stack itself with --stack.`;
  }
  if (doubt === "owner not in the account") {
    return (
      `${same}, which has instance ${owner.contractId}, and the account does not: that state may be a copy or out of date, ` +
      "and this one at work for the stack that it was copied from. Look there before you end it."
    );
  }
  const atWork = doubt === "under way" ? "a `pulumi up` may be at work on it; " : "";
  if (isTakenUp)
    return `${same}: ${atWork ? `${atWork}if none is, the next one` : "the next `pulumi up`"} takes it up.`;
  const beside = owner.contractId === undefined ? "" : `, which has instance ${owner.contractId}`;
  if (kind === "pending") return `${same}${beside}: no \`pulumi up\` takes it up. End it.`;
  const isNew = owner.contractId === undefined;
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
    "other account": "the account has none of the instances in the given states, so it may be that of other stacks",
  }[doubt];
}

/** The name of a resource with its stack. */
function ownerName(urn: string): string {
  return `${nameOf(urn)} (stack ${stackOf(urn) ?? "?"})`;
}

/** A span of time in its two largest units. */
export function ageText(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ${minutes % 60} m` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
