import { defineRule } from "../define-rule.js";
import { allowsOnly, placedIn, queryOf } from "../offers.js";
import { known } from "../subjects.js";

/** Instances and volumes are searched on verified machines only, and stand on one. */
export const verifiedMachines = defineRule<object>({
  name: "verified-machines",
  description: "Instances and volumes are on machines that Vast has verified.",
  enforcementLevel: "mandatory",
  settings: {},
  beforeMaking: (subject, _settings, report) => {
    const placed = placedIn(subject);
    const query = placed && queryOf(placed);
    if (placed === undefined || query === undefined) return;
    const { verified, verification } = query;
    const isAsked = verified === true || allowsOnly(verification, ["verified"]);
    const isDefault = verified === undefined && verification === undefined && placed.defaultFilters !== false;
    if (isAsked || isDefault) return;
    report(
      `${subject.name} may be rented on a machine that Vast has not verified, since its offer query lets one through. ` +
        "Give `verified: true` in `offer`, or leave `verified`, `verification` and `defaultFilters` out.",
    );
  },
  atTheEnd: (subjects, _settings, report) => {
    for (const subject of subjects) {
      const placed = placedIn(subject);
      const verification = placed && known(() => placed.verification);
      if (verification === undefined || verification === "verified") continue;
      report(
        `${subject.name} is on a machine that Vast calls ${verification}. It is rented and billed on. ` +
          "Destroy it or replace it by one whose `offer` asks for `verified: true`, once its data is safe.",
        subject.urn,
      );
    }
  },
});
