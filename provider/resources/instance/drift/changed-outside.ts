import type { WireInstance } from "../../../api/instance-row.js";
import { isSameInput } from "../../../engine/diff.js";
import type { Bag } from "../../../engine/values.js";
import { CONTAINER_INPUTS, onChange, same } from "../changes.js";
import type { InstanceInputs } from "../inputs.js";
import { readLabel } from "../label.js";
import { money } from "../messages.js";

type Input = keyof InstanceInputs & string;

/** Inputs whose values may be secret: only that they differ is said. The keys are told by keys.ts. */
const CONFIDENTIAL: readonly Input[] = ["args", "entrypoint", "onstart"];
const TOLD_ELSEWHERE: readonly Input[] = ["sshKeyIds", "sshPublicKeys"];

/**
 * Says which inputs somebody changed outside, what they were and are, and what the next `up` does about it; undefined when none. `after` is the
 * outputs of the refresh.
 */
export function changedOutside(row: WireInstance, before: Bag, after: Bag): string | undefined {
  // Without the end of a create its label is still to come, and a `get` has no program.
  if (before.rentedDollarsPerHour === undefined || before.targetState === undefined) return undefined;
  const isPending = readLabel(row.label, String(before.ownerToken ?? "")).mark === "pending";
  const changed = (Object.keys(onChange) as Input[]).filter((input) => {
    if (onChange[input][0] === "ignore" || TOLD_ELSEWHERE.includes(input)) return false;
    if (isPending && (input === "label" || input === "labelMark")) return false;
    return !isSameInput(same, input, before, after as InstanceInputs & Bag);
  });
  if (changed.length === 0) return undefined;
  const what = changed.map((input) => difference(input, before, after)).join("; ");
  return `Instance ${row.id} was changed outside: ${what}. ${costOf(changed, row)} ${effectOf(changed)} To keep it, write it into the program.`;
}

function difference(input: Input, before: Bag, after: Bag): string {
  if (input === "env") return envDifference(before.env, after.env);
  if (CONFIDENTIAL.includes(input)) return `\`${input}\` is another one`;
  if (input === "timeToLiveHours") return "its `timeToLiveHours` are gone with its watchdog";
  if (input === "labelMark")
    return `this provider's mark ${after.labelMark ? "is in the label" : "is gone from the label"}`;
  return `\`${input}\` was ${shown(before[input])} and is ${shown(after[input])}`;
}

/** Names only: values of variables are often secrets. */
function envDifference(before: unknown, after: unknown): string {
  const [was, is] = [before ?? {}, after ?? {}] as Record<string, string>[];
  const names = Object.keys({ ...was, ...is }).filter((name) => was?.[name] !== is?.[name]);
  const texts = names.map((name) => `${name} ${is?.[name] === undefined ? "is gone" : "has another value"}`);
  return `in \`env\` ${texts.join(", ")}`;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.join(", ");
  return value === undefined || value === null ? "not there" : JSON.stringify(value);
}

function costOf(changed: readonly Input[], row: WireInstance): string {
  const price = typeof row.dph_total === "number" ? money(row.dph_total) : "at a price that Vast does not tell";
  if (changed.includes("targetState")) return `It runs and is billed, ${price}.`;
  if (changed.includes("timeToLiveHours")) return "Nothing ends it, and it is billed until somebody does.";
  if (changed.includes("bidDollarsPerHour")) return `It is billed by its bid, ${price} with its disk while it runs.`;
  return "That costs nothing by itself.";
}

/** What the next `up` does to set it right, the most far-reaching first. */
function effectOf(changed: readonly Input[]): string {
  const replaces = changed.some((input) => onChange[input][0] === "replace");
  if (replaces) return "The next `pulumi up` rents another in its place, and this one ends with its data.";
  // A container gets a watchdog only by being made anew.
  const remakes = changed.some((input) => [...CONTAINER_INPUTS, "timeToLiveHours"].includes(input));
  if (remakes) return "The next `pulumi up` sets it back and makes the container anew: files outside volumes are lost.";
  return "The next `pulumi up` sets it back.";
}
