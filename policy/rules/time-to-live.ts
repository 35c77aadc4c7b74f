import { defineRule } from "../define-rule.js";
import { instanceIn } from "../subjects.js";

interface Settings {
  readonly maxHours: number;
}

/** Every instance ends by itself. */
export const timeToLive = defineRule<Settings>({
  name: "time-to-live",
  description: "An instance has a time to live, after which it destroys itself.",
  enforcementLevel: "advisory",
  settings: {
    maxHours: { type: "number", exclusiveMinimum: 0, default: 168, description: "The longest time to live, in hours." },
  },
  beforeMaking: (subject, { maxHours }, report) => {
    const instance = instanceIn(subject);
    if (instance === undefined) return;
    const hours = instance.timeToLiveHours;
    if (hours === undefined) {
      report(
        `${subject.name} has no time to live: when nobody destroys it, it is billed until the account is empty. ` +
          `Give timeToLiveHours, at most ${maxHours}; it needs another runtype than \`args\`.`,
      );
    } else if (hours > maxHours) {
      report(
        `${subject.name} has a time to live of ${hours} hours, and ${maxHours} is the limit. ` +
          "Lower timeToLiveHours; it can be prolonged in place by another `pulumi up`.",
      );
    }
  },
});
