import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { version } from "../../package.json";
import policyPackage from "../../policy/package.json";
import { rules } from "../../policy/rules.js";
import { cases } from "./cases.js";

const readme = readFileSync(join(__dirname, "..", "..", "policy", "README.md"), "utf8");

/** The text under the heading of a rule. */
function sectionOf(rule: string): string {
  const [, section = ""] = readme.split(`\n### ${rule}\n`);
  // Tables are laid out by blanks.
  return (section.split("\n### ")[0] ?? "").replaceAll(/ +/g, " ");
}

describe("the README of the policy pack", () => {
  it.each(rules.map((rule) => [rule.name, rule] as const))(
    "tells of %s: its level, its settings, its message",
    (name, rule) => {
      const section = sectionOf(name);
      expect(section).toContain(rule.enforcementLevel);
      for (const [setting, { default: value }] of Object.entries(rule.configSchema?.properties ?? {})) {
        expect.soft(section).toContain(`| \`${setting}\` | \`${JSON.stringify(value)}\` |`);
      }
      const messages = cases.filter(({ rule: of, says }) => of === name && says !== "nothing" && says !== "unknown");
      const shown = messages.filter(({ says }) => section.includes(says));
      expect(
        shown.length > 0 || name === "plain-secrets" || name === "secret-marks",
        "a message as the rule says it",
      ).toBe(true);
    },
  );

  it("explains no rule that is not there", () => {
    expect([...readme.matchAll(/^### (\S+)$/gm)].map(([, name]) => name)).toEqual(rules.map(({ name }) => name));
  });
});

it("has the version of the package", () => {
  expect(policyPackage.version).toBe(version);
});
