import { describe, expect, it } from "vitest";
import { rules } from "../../policy/rules.js";
import { askAll, askOne, type Given } from "./asked.js";
import type { Case } from "./case.js";
import { cases, ruleOf } from "./cases.js";

/** These have tests of their own: what they say depends on marks that another one has noted. */
const SECRETS = ["plain-secrets", "secret-marks"];

describe("the rules of the policy pack", () => {
  it.each(cases)("$rule: $what", (example) => {
    const { says } = example;
    expect(answerTo(example)).toEqual(says === "nothing" ? [] : says === "unknown" ? "unknown" : [says]);
  });

  it("end the run when a setting is misspelt, which would leave the default in its place", () => {
    const ask = (rule: string, settings: object) => () =>
      askOne(ruleOf({ rule }), { kind: "other", props: {} }, { ...settings });
    expect(ask("price-per-instance", { maxDollarPerHour: 0.1 })).toThrow(
      "The rule price-per-instance has no setting maxDollarPerHour, so that it would not hold as it is meant; nothing was judged. " +
        "Correct the policy configuration: did you mean maxDollarsPerHour?",
    );
    expect(ask("time-to-live", { speed: 1 })).toThrow("Correct the policy configuration: there is maxHours.");
    expect(ask("verified-machines", { speed: 1 })).toThrow("Correct the policy configuration: it has none.");
  });

  it("are each seen passing and broken, and asked too early where they look at inputs", () => {
    for (const { name } of rules.filter((rule) => !SECRETS.includes(rule.name))) {
      const own = cases.filter(({ rule }) => rule === name);
      expect
        .soft(
          own.some(({ says }) => says === "nothing"),
          `${name} passes`,
        )
        .toBe(true);
      expect
        .soft(
          own.some(({ says }) => says !== "nothing" && says !== "unknown"),
          `${name} is broken`,
        )
        .toBe(true);
      const looksAtInputs = own.some(({ given }) => !isStack(given));
      expect
        .soft(
          own.some(({ says }) => says === "unknown"),
          `${name} is asked too early`,
        )
        .toBe(looksAtInputs);
    }
  });
});

function answerTo(example: Case): string[] | "unknown" {
  const { given, settings } = example;
  return isStack(given) ? askAll(ruleOf(example), given, settings) : askOne(ruleOf(example), given, settings);
}

function isStack(given: Case["given"]): given is readonly Given[] {
  return Array.isArray(given);
}
