import type { WireInstance } from "../../api/instance-row.js";
import type { Bag } from "../../engine/values.js";
import { NotReadyError } from "../../errors.js";
import type { InstanceInputs } from "./inputs.js";
import { money } from "./messages.js";
import { volumePriceIn } from "./price.js";

/** Prices are computed anew for each answer, and differ in the last digits. */
const TOLERANCE = 1 + 1e-6;

/**
 * What an instance costs that is dearer than its cap, as words that follow its name; undefined when it is not. Counted is what it costs while
 * running, and a volume that was made with it and is billed beside it.
 */
export function aboveCap(
  { dph_total: own }: Pick<WireInstance, "dph_total">,
  volumeDollarsPerHour: number,
  { maxDollarsPerHour: cap }: Bag | Pick<InstanceInputs, "maxDollarsPerHour">,
): string | undefined {
  if (typeof own !== "number" || typeof cap !== "number") return undefined;
  const price = own + volumeDollarsPerHour;
  return price > cap * TOLERANCE ? `costs ${money(price)}, above the cap of ${money(cap)}` : undefined;
}

/**
 * The same of an instance in the state whose create was cut off before it could compare, as far as the state tells; it stays so until somebody has
 * seen to it. Only a create that got to its end, or an update in its place, writes the price when it was rented.
 */
export function aboveCapInState(before: Bag, wanted: Bag): string | undefined {
  const { rentedDollarsPerHour, dollarsPerHour } = before;
  if (rentedDollarsPerHour !== undefined || typeof dollarsPerHour !== "number") return undefined;
  return aboveCap({ dph_total: dollarsPerHour }, volumePriceIn(before), wanted);
}

/** Why an update of such an instance fails, and goes on failing. */
export function stillAboveCap(id: number, tooDear: string): NotReadyError {
  return new NotReadyError(
    "too_dear",
    `Instance ${id} ${tooDear} (\`maxDollarsPerHour\`), and its create did not come to its end. It stays in the stack and is billed. ` +
      "Raise the cap, run `pulumi up --refresh --replace` with its URN to take another machine, or `pulumi destroy` to end it.",
  );
}

/** What stands in the state when an update changed nothing: the inputs as they were, so that what the program says is a change still. */
export function unchanged(before: Bag, wanted: InstanceInputs): Bag {
  const added = Object.keys(wanted).filter((input) => before[input] === undefined);
  return { ...Object.fromEntries(added.map((input) => [input, null])), ...before };
}
