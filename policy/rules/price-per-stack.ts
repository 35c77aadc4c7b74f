import { defineRule, type Subject } from "../define-rule.js";
import { instancePrice, perHour, volumePrice } from "../price.js";
import { instanceIn, volumeIn } from "../subjects.js";

interface Settings {
  readonly maxDollarsPerHour: number;
}

/** All instances and volumes of the stack together cost no more than the limit, as far as their prices are known. */
export const pricePerStack = defineRule<Settings>({
  name: "price-per-stack",
  description: "All instances and volumes of a stack together cost no more than the limit.",
  enforcementLevel: "mandatory",
  settings: {
    maxDollarsPerHour: {
      type: "number",
      exclusiveMinimum: 0,
      default: 5,
      description: "The most that a stack may cost, in $/h.",
    },
  },
  atTheEnd: (subjects, { maxDollarsPerHour: most }, report) => {
    const billed = subjects.filter((subject) => instanceIn(subject) ?? volumeIn(subject));
    const priced = billed.flatMap((subject) => ({ name: subject.name, dollars: priceOf(subject) ?? [] }));
    const total = priced.flatMap(({ dollars }) => dollars).reduce((sum, dollars) => sum + dollars, 0);
    // Sums of binary fractions differ in the last digits.
    if (total <= most + 1e-9) return;
    const parts = priced.map(({ name, dollars }) => `${name} ${typeof dollars === "number" ? perHour(dollars) : "?"}`);
    const unknown = priced.some(({ dollars }) => typeof dollars !== "number")
      ? ` What has a question mark has neither a price nor a cap yet and is not counted.`
      : "";
    report(
      `The stack may cost ${perHour(total)}, and ${perHour(most)} is the limit: ${parts.join(", ")}.${unknown} ` +
        "Take something away, lower caps, or raise the limit of this rule.",
    );
  },
});

function priceOf(subject: Subject): number | undefined {
  const [instance, volume] = [instanceIn(subject), volumeIn(subject)];
  return (instance && instancePrice(instance)) ?? (volume && volumePrice(volume));
}
