import { countryOf } from "../../provider/offer/country.js";
import { defineRule } from "../define-rule.js";
import { allowsOnly, placedIn, queryOf } from "../offers.js";
import { known } from "../subjects.js";

interface Settings {
  readonly countries: readonly string[];
}

/** Instances and volumes are searched in these countries only, and stand in one of them. */
export const allowedCountries = defineRule<Settings>({
  name: "allowed-countries",
  description: "Instances and volumes are in allowed countries.",
  enforcementLevel: "mandatory",
  settings: {
    countries: {
      type: "array",
      items: { type: "string", pattern: "^[A-Z]{2}$" },
      default: [],
      description: 'Two-letter codes, e.g. ["DE", "SE"]. Empty: every country.',
    },
  },
  beforeMaking: (subject, { countries }, report) => {
    const placed = countries.length > 0 ? placedIn(subject) : undefined;
    const query = placed && queryOf(placed);
    if (query === undefined || allowsOnly(query.country, countries)) return;
    report(
      `${subject.name} may be rented in any country that its offer query lets through, and only ${countries.join(", ")} ` +
        `${countries.length === 1 ? "is" : "are"} allowed. Give \`country: ${JSON.stringify(countries)}\` in \`offer\`, or a part of it.`,
    );
  },
  atTheEnd: (subjects, { countries }, report) => {
    if (countries.length === 0) return;
    for (const subject of subjects) {
      const placed = placedIn(subject);
      const place = placed && known(() => placed.geolocation);
      if (place === undefined || countries.includes(countryOf(place) ?? "")) continue;
      report(
        `${subject.name} is in ${place}, and only ${countries.join(", ")} ${countries.length === 1 ? "is" : "are"} allowed. ` +
          "It is rented and billed on, and its data is there. Destroy it or replace it by one whose `offer` names an allowed `country`.",
        subject.urn,
      );
    }
  },
});
