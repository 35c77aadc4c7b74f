import { UNKNOWN } from "./asked.js";
import { type Case, machine, one, volume } from "./case.js";

const UNVERIFIED =
  "trainer may be rented on a machine that Vast has not verified, since its offer query lets one through. " +
  "Give `verified: true` in `offer`, or leave `verified`, `verification` and `defaultFilters` out.";
const ANYWHERE =
  "trainer may be rented in any country that its offer query lets through, and only DE, SE are allowed. " +
  'Give `country: ["DE","SE"]` in `offer`, or a part of it.';
const EUROPE = { countries: ["DE", "SE"] };

/** Which machines, and where. */
export const placeCases: readonly Case[] = [
  { rule: "verified-machines", what: "the default", given: one({ offer: { gpuName: "RTX 4090" } }), says: "nothing" },
  {
    rule: "verified-machines",
    what: "asked for",
    given: one({ offer: { verified: true }, defaultFilters: false }),
    says: "nothing",
  },
  {
    rule: "verified-machines",
    what: "asked for in Vast's words",
    given: one({ offer: { verification: "verified" } }),
    says: "nothing",
  },
  { rule: "verified-machines", what: "any machine", given: one({ offer: { verified: "any" } }), says: UNVERIFIED },
  {
    rule: "verified-machines",
    what: "no default filters",
    given: one({ offer: {}, defaultFilters: false }),
    says: UNVERIFIED,
  },
  {
    rule: "verified-machines",
    what: "several verdicts",
    given: one({ offer: { verification: ["verified", "unverified"] } }),
    says: UNVERIFIED,
  },
  { rule: "verified-machines", what: "an offer by its id", given: one({ offerId: 7 }), says: "nothing" },
  { rule: "verified-machines", what: "a query that is not known yet", given: one({ offer: UNKNOWN }), says: "unknown" },
  {
    rule: "verified-machines",
    what: "on a verified machine",
    given: [machine({ verification: "verified" })],
    says: "nothing",
  },
  {
    rule: "verified-machines",
    what: "nothing known at the end",
    given: [machine({ verification: UNKNOWN })],
    says: "nothing",
  },
  {
    rule: "verified-machines",
    what: "on a machine that lost its verification",
    given: [machine({ verification: "deverified" })],
    says:
      "trainer is on a machine that Vast calls deverified. It is rented and billed on. " +
      "Destroy it or replace it by one whose `offer` asks for `verified: true`, once its data is safe.",
  },
  { rule: "allowed-countries", what: "no list", given: one({ offer: {} }), says: "nothing" },
  {
    rule: "allowed-countries",
    what: "one of the list",
    settings: EUROPE,
    given: one({ offer: { country: "SE" } }),
    says: "nothing",
  },
  {
    rule: "allowed-countries",
    what: "some of the list",
    settings: EUROPE,
    given: one({ offer: { country: { in: ["DE", "SE"] } } }),
    says: "nothing",
  },
  {
    rule: "allowed-countries",
    what: "one beside the list",
    settings: EUROPE,
    given: one({ offer: { country: ["DE", "US"] } }),
    says: ANYWHERE,
  },
  {
    rule: "allowed-countries",
    what: "all but one",
    settings: EUROPE,
    given: one({ offer: { country: { notin: ["CN"] } } }),
    says: ANYWHERE,
  },
  { rule: "allowed-countries", what: "no country", settings: EUROPE, given: one({ offer: {} }), says: ANYWHERE },
  {
    rule: "allowed-countries",
    what: "a volume on a machine",
    settings: EUROPE,
    given: volume({ machineId: 7 }),
    says: "nothing",
  },
  {
    rule: "allowed-countries",
    what: "a country that is not known yet",
    settings: EUROPE,
    given: one({ offer: { country: UNKNOWN } }),
    says: "unknown",
  },
  {
    rule: "allowed-countries",
    what: "rented in one of the list",
    settings: EUROPE,
    given: [machine({ geolocation: "Sweden, SE" })],
    says: "nothing",
  },
  {
    rule: "allowed-countries",
    what: "rented anywhere, without a list",
    given: [machine({ geolocation: "Texas, US" })],
    says: "nothing",
  },
  {
    rule: "allowed-countries",
    what: "rented elsewhere",
    settings: EUROPE,
    given: [machine({ geolocation: "Texas, US" })],
    says:
      "trainer is in Texas, US, and only DE, SE are allowed. It is rented and billed on, and its data is there. " +
      "Destroy it or replace it by one whose `offer` names an allowed `country`.",
  },
];
