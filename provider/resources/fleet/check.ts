// What is wrong with the arguments of a fleet. Without a schema: it is checked in the program's process, where loading zod costs a tenth of a second.
import { nearest } from "../../nearest.js";
import type { FleetArgs, OwnInputs } from "./inputs.js";

/** Above it a number is more likely a slip than a wish; Vast's whole market has some thousand machines. */
const MOST_INSTANCES = 1_000;

const ARGUMENTS = [
  "count",
  "instance",
  "overrides",
  "spread",
  "distinct",
  "rolling",
] as const satisfies readonly (keyof FleetArgs)[];

const SPREADS = ["machine", "host", "country"];

/** Why an input is none that instances can share. */
const OWN: Readonly<Record<OwnInputs, string>> = {
  placement: "the fleet writes it; use `spread`, `distinct` and `rolling`.",
  offerId:
    "an offer can be rented once; describe what to rent in `offer`, or give each instance its own in `overrides`.",
  adoptInstanceId: "an instance can be taken over once; give it to one number in `overrides`.",
};

type Bag = Readonly<Record<string, unknown>>;

/** One line for each thing that is wrong: the dotted path, the value, and what would be right. Empty when all is well. */
export function fleetFailures(args: unknown): string[] {
  if (!isPlain(args)) return ["a fleet needs arguments, at least `count` and `instance`."];
  const { count, instance, overrides = {}, spread, distinct, rolling } = args;
  const failures = unknownKeys(args, ARGUMENTS, "");
  const isCount = isWhole(count) && count >= 0 && count <= MOST_INSTANCES;
  if (!isCount) {
    failures.push(`count is ${shown(count)}, and must be a whole number from 0 to ${MOST_INSTANCES}${known(count)}`);
  }
  if (isPlain(instance)) failures.push(...sharedFailures(instance));
  else failures.push(`instance is ${shown(instance)}, and must be the arguments of an \`Instance\`${known(instance)}`);
  if (!isPlain(overrides)) {
    failures.push(`overrides is ${shown(overrides)}, and must be arguments by number, e.g. { 0: { diskGb: 100 } }.`);
  } else if (isCount) failures.push(...overrideFailures(overrides, count));
  if (spread !== undefined && !SPREADS.includes(spread as string)) {
    failures.push(`spread is ${shown(spread)}, and must be "machine", "host" or "country"${known(spread)}`);
  }
  if (distinct !== undefined && typeof distinct !== "boolean") {
    failures.push(`distinct is ${shown(distinct)}, and must be true or false${known(distinct)}`);
  }
  if (rolling !== undefined) failures.push(...rollingFailures(rolling));
  return failures;
}

function sharedFailures(instance: Bag): string[] {
  return Object.entries(OWN).flatMap(([input, why]) =>
    instance[input] === undefined ? [] : [`instance.${input} cannot be shared: ${why}`],
  );
}

function overrideFailures(overrides: Bag, count: number): string[] {
  const numbers = count === 0 ? "none" : count === 1 ? "only 0" : `0 to ${count - 1}`;
  return Object.entries(overrides).flatMap(([key, override]) => {
    if (!/^(0|[1-9]\d*)$/.test(key)) return [`overrides.${key} is no number of an instance; there is ${numbers}.`];
    if (Number(key) >= count) {
      return [
        `overrides.${key} is for an instance that there is not: \`count\` is ${count}, so there is ${numbers}. Raise \`count\`, or take the override out.`,
      ];
    }
    if (!isPlain(override)) {
      return [`overrides.${key} is ${shown(override)}, and must be arguments of an \`Instance\`${known(override)}`];
    }
    return override.placement === undefined ? [] : [`overrides.${key}.placement: ${OWN.placement}`];
  });
}

function rollingFailures(rolling: unknown): string[] {
  if (!isPlain(rolling))
    return [`rolling is ${shown(rolling)}, and must be e.g. { maxUnavailable: 1 }${known(rolling)}`];
  const { maxUnavailable } = rolling;
  const failures = unknownKeys(rolling, ["maxUnavailable"], "rolling.");
  if (!isWhole(maxUnavailable) || maxUnavailable < 1) {
    const rule = `must be a whole number of at least 1${known(maxUnavailable)}`;
    failures.push(`rolling.maxUnavailable is ${shown(maxUnavailable)}, and ${rule}`);
  }
  return failures;
}

function unknownKeys(bag: Bag, names: readonly string[], path: string): string[] {
  return Object.keys(bag)
    .filter((key) => !names.includes(key))
    .map((key) => {
      const meant = nearest(key, names);
      return `${path}${key}: there is no argument of this name; ${meant ? `did you mean \`${meant}\`?` : `known are ${names.join(", ")}.`}`;
    });
}

function isWhole(value: unknown): value is number {
  return Number.isInteger(value);
}

/** An object of its own keys: no list, no output, no promise. */
function isPlain(value: unknown): value is Bag {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isLater(value);
}

/** An output or a promise, whose value is not known while the program decides which resources there are. */
function isLater(value: unknown): boolean {
  if (typeof value !== "object" && typeof value !== "function") return false;
  // An output answers to every name, so it is asked for its mark first.
  const bag = (value ?? {}) as { __pulumiOutput?: unknown; then?: unknown };
  return bag.__pulumiOutput === true || typeof bag.then === "function";
}

function known(value: unknown): string {
  return isLater(value) ? ", known when the program runs: take it from the configuration." : ".";
}

function shown(value: unknown): string {
  if (isLater(value)) return "an output";
  if (value === undefined) return "not given";
  const text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
