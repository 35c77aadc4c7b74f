import { defineRule } from "../define-rule.js";
import { instanceIn } from "../subjects.js";

interface Settings {
  readonly maxInstances: number;
}

/** A stack has no more instances than the limit. */
export const instanceCount = defineRule<Settings>({
  name: "instance-count",
  description: "A stack has no more instances than the limit.",
  enforcementLevel: "mandatory",
  settings: {
    maxInstances: { type: "integer", minimum: 0, default: 10, description: "The most instances in one stack." },
  },
  atTheEnd: (subjects, { maxInstances }, report) => {
    const names = subjects.filter((subject) => instanceIn(subject) !== undefined).map(({ name }) => name);
    if (names.length <= maxInstances) return;
    report(
      `The stack has ${names.length} instances, and ${maxInstances} is the limit: ${names.join(", ")}. ` +
        "Take some away, or raise the limit of this rule.",
    );
  },
});
