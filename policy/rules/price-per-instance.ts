import { defineRule } from "../define-rule.js";
import { ownLimit, perHour } from "../price.js";
import { instanceIn, knownNumber } from "../subjects.js";

interface Settings {
  readonly maxDollarsPerHour: number;
}

/** Every instance has a price cap of its own, not above the limit; and none costs more once it is rented. */
export const pricePerInstance = defineRule<Settings>({
  name: "price-per-instance",
  description: "An instance has a price cap, and costs no more than the limit.",
  enforcementLevel: "mandatory",
  settings: {
    maxDollarsPerHour: {
      type: "number",
      exclusiveMinimum: 0,
      default: 1,
      description: "The most that one instance may cost, in $/h.",
    },
  },
  beforeMaking: (subject, { maxDollarsPerHour: most }, report) => {
    const instance = instanceIn(subject);
    // What is taken over has a price already: its output is looked at.
    if (instance === undefined || instance.adoptInstanceId !== undefined) return;
    const limit = ownLimit(instance);
    if (limit === undefined) {
      report(
        `${subject.name} has no price cap, so that the cheapest fitting offer is rented whatever it costs. ` +
          `Give maxDollarsPerHour, at most ${perHour(most)}.`,
      );
    } else if (limit > most) {
      report(
        `${subject.name} may cost ${perHour(limit)} by its own inputs, and ${perHour(most)} is the limit. ` +
          "Lower maxDollarsPerHour, bidDollarsPerHour or onDrift.maxBidDollarsPerHour, or raise the limit of this rule.",
      );
    }
  },
  atTheEnd: (subjects, { maxDollarsPerHour: most }, report) => {
    for (const subject of subjects) {
      const instance = instanceIn(subject);
      const price = instance && knownNumber(() => instance.dollarsPerHour);
      if (price === undefined || price <= most) continue;
      report(
        `${subject.name} costs ${perHour(price)} while it runs, and ${perHour(most)} is the limit. It is rented and billed on. ` +
          "Destroy it, change `generation` to rent a cheaper one, or raise the limit of this rule.",
        subject.urn,
      );
    }
  },
});
