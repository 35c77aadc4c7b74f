import { UNKNOWN } from "./asked.js";
import { type Case, machine, one, volume } from "./case.js";

const NO_CAP =
  "trainer has no price cap, so that the cheapest fitting offer is rented whatever it costs. Give maxDollarsPerHour, at most 1 $/h.";
const TOO_DEAR =
  "trainer may cost 3 $/h by its own inputs, and 1 $/h is the limit. " +
  "Lower maxDollarsPerHour, bidDollarsPerHour or onDrift.maxBidDollarsPerHour, or raise the limit of this rule.";

/** Prices, counts, times and sizes. */
export const moneyCases: readonly Case[] = [
  { rule: "price-per-instance", what: "a cap at the limit", given: one({ maxDollarsPerHour: 1 }), says: "nothing" },
  { rule: "price-per-instance", what: "no cap", given: one({}), says: NO_CAP },
  { rule: "price-per-instance", what: "a cap above the limit", given: one({ maxDollarsPerHour: 3 }), says: TOO_DEAR },
  { rule: "price-per-instance", what: "a bid above the limit", given: one({ bidDollarsPerHour: 3 }), says: TOO_DEAR },
  { rule: "price-per-instance", what: "a bid as its cap", given: one({ bidDollarsPerHour: 0.2 }), says: "nothing" },
  {
    rule: "price-per-instance",
    what: "a bid that may be raised above the limit",
    given: one({ bidDollarsPerHour: 0.2, onDrift: { outbid: "raiseBid", maxBidDollarsPerHour: 3 } }),
    says: TOO_DEAR,
  },
  {
    rule: "price-per-instance",
    what: "a higher limit",
    settings: { maxDollarsPerHour: 4 },
    given: one({ maxDollarsPerHour: 3 }),
    says: "nothing",
  },
  { rule: "price-per-instance", what: "an adopted instance", given: one({ adoptInstanceId: 7 }), says: "nothing" },
  {
    rule: "price-per-instance",
    what: "a cap that is not known yet",
    given: one({ maxDollarsPerHour: UNKNOWN }),
    says: "unknown",
  },
  { rule: "price-per-instance", what: "another resource", given: { kind: "other", props: {} }, says: "nothing" },
  { rule: "price-per-instance", what: "rented at the limit", given: [machine({ dollarsPerHour: 1 })], says: "nothing" },
  {
    rule: "price-per-instance",
    what: "a price that is not known yet",
    given: [machine({ dollarsPerHour: UNKNOWN })],
    says: "nothing",
  },
  {
    rule: "price-per-instance",
    what: "rented above the limit",
    given: [machine({ dollarsPerHour: 1.25 })],
    says:
      "trainer costs 1.25 $/h while it runs, and 1 $/h is the limit. It is rented and billed on. " +
      "Destroy it, change `generation` to rent a cheaper one, or raise the limit of this rule.",
  },
  { rule: "price-per-stack", what: "nothing in it", given: [], says: "nothing" },
  {
    rule: "price-per-stack",
    what: "prices that make up the limit",
    settings: { maxDollarsPerHour: 0.3 },
    given: [machine({ dollarsPerHour: 0.1 }), machine({ dollarsPerHour: 0.2 }, "b")],
    says: "nothing",
  },
  {
    rule: "price-per-stack",
    what: "prices and caps above the limit",
    given: [
      machine({ dollarsPerHour: 4, maxDollarsPerHour: 9 }),
      machine({ maxDollarsPerHour: 1 }, "b"),
      volume({ dollarsPerHour: 0.5 }),
    ],
    says:
      "The stack may cost 5.5 $/h, and 5 $/h is the limit: trainer 4 $/h, b 1 $/h, data 0.5 $/h. " +
      "Take something away, lower caps, or raise the limit of this rule.",
  },
  {
    rule: "price-per-stack",
    what: "a volume by its cap, a month of 720 hours",
    given: [machine({ dollarsPerHour: 4.5 }), volume({ maxDollarsPerMonth: 720 })],
    says:
      "The stack may cost 5.5 $/h, and 5 $/h is the limit: trainer 4.5 $/h, data 1 $/h. " +
      "Take something away, lower caps, or raise the limit of this rule.",
  },
  {
    rule: "price-per-stack",
    what: "a stopped instance, which costs its storage",
    given: [machine({ dollarsPerHour: 6, dollarsPerHourStopped: 0.1, targetState: "stopped" })],
    says: "nothing",
  },
  {
    rule: "price-per-stack",
    what: "one whose price is not known yet among others",
    given: [machine({ dollarsPerHour: 6 }), machine({ dollarsPerHour: UNKNOWN, maxDollarsPerHour: UNKNOWN }, "b")],
    says:
      "The stack may cost 6 $/h, and 5 $/h is the limit: trainer 6 $/h, b ?. What has a question mark has neither a price nor " +
      "a cap yet and is not counted. Take something away, lower caps, or raise the limit of this rule.",
  },
  {
    rule: "instance-count",
    what: "as many as the limit",
    settings: { maxInstances: 1 },
    given: [machine({}), volume({})],
    says: "nothing",
  },
  {
    rule: "instance-count",
    what: "more than the limit",
    settings: { maxInstances: 1 },
    given: [machine({}), machine({}, "b")],
    says: "The stack has 2 instances, and 1 is the limit: trainer, b. Take some away, or raise the limit of this rule.",
  },
  { rule: "time-to-live", what: "the longest one", given: one({ timeToLiveHours: 168 }), says: "nothing" },
  {
    rule: "time-to-live",
    what: "none",
    given: one({}),
    says:
      "trainer has no time to live: when nobody destroys it, it is billed until the account is empty. " +
      "Give timeToLiveHours, at most 168; it needs another runtype than `args`.",
  },
  {
    rule: "time-to-live",
    what: "one above the limit",
    settings: { maxHours: 24 },
    given: one({ timeToLiveHours: 48 }),
    says:
      "trainer has a time to live of 48 hours, and 24 is the limit. " +
      "Lower timeToLiveHours; it can be prolonged in place by another `pulumi up`.",
  },
  {
    rule: "time-to-live",
    what: "one that is not known yet",
    given: one({ timeToLiveHours: UNKNOWN }),
    says: "unknown",
  },
  { rule: "disk-size", what: "the largest disk", given: one({ diskGb: 500 }), says: "nothing" },
  { rule: "disk-size", what: "a volume of a default size", given: volume({}), says: "nothing" },
  {
    rule: "disk-size",
    what: "a disk above the limit",
    given: one({ diskGb: 900 }),
    says:
      "trainer asks for 900 GB by diskGb, and 500 GB is the limit. Storage is billed in full from the start, also while stopped. " +
      "Ask for less, or raise the limit of this rule.",
  },
  {
    rule: "disk-size",
    what: "a volume that comes with the rent",
    given: one({ volumes: [{ sizeGb: 600, mountPath: "/data" }] }),
    says:
      "trainer asks for 600 GB by volumes[0].sizeGb, and 500 GB is the limit. Storage is billed in full from the start, also while stopped. " +
      "Ask for less, or raise the limit of this rule.",
  },
  {
    rule: "disk-size",
    what: "a volume above the limit",
    given: volume({ sizeGb: 600 }),
    says:
      "data asks for 600 GB by sizeGb, and 500 GB is the limit. Storage is billed in full from the start, also while stopped. " +
      "Ask for less, or raise the limit of this rule.",
  },
  { rule: "disk-size", what: "a disk that is not known yet", given: one({ diskGb: UNKNOWN }), says: "unknown" },
];
