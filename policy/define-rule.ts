import type { EnforcementLevel, Policies } from "@pulumi/policy";
import type { PolicyConfigJSONSchema } from "@pulumi/policy/schema";
import { nearest } from "../provider/nearest.js";

/** What a rule sees of a resource: inputs before it is made, outputs (which hold the inputs) at the end of a preview or update. */
export interface Subject {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  // biome-ignore lint/suspicious/noExplicitAny: Pulumi's own type of the properties of any resource
  readonly props: Record<string, any>;
}

/** Says that the rule is broken, in sentences; with the URN of the resource where it is known. */
export type Report = (message: string, urn?: string) => void;

/** What a rule is made of. */
interface RuleParts<Settings extends object> {
  readonly name: string;
  /** One sentence: what must hold. */
  readonly description: string;
  /** What a violation does unless the configuration says otherwise. */
  readonly enforcementLevel: EnforcementLevel;
  /** What can be configured, each with its default. */
  readonly settings: { readonly [Name in keyof Settings]: PolicyConfigJSONSchema };
  /**
   * Looks at the inputs of each resource before it is made or changed, so that a violation costs nothing. Reading an input that is not
   * known in a preview throws; Pulumi then says so, and asks again in the update, where it is known.
   */
  readonly beforeMaking?: (subject: Subject, settings: Settings, report: Report) => void;
  /** Looks at the outputs of all resources at the end of a preview or update. Values that are not known are to be read with `known`. */
  readonly atTheEnd?: (subjects: readonly Subject[], settings: Settings, report: Report) => void;
}

/** A rule of the pack as Pulumi takes it. */
export type Rule = Policies[number];

/** Makes a rule; settings that the engine does not send have their defaults. */
export function defineRule<Settings extends object>(parts: RuleParts<Settings>): Rule {
  const { name, description, enforcementLevel, settings, beforeMaking, atTheEnd } = parts;
  const entries = Object.entries<PolicyConfigJSONSchema>(settings);
  const defaults = Object.fromEntries(entries.map(([setting, schema]) => [setting, schema.default]));
  const complete = (args: { getConfig<T extends object>(): T }) => {
    const given = args.getConfig<Partial<Settings>>();
    checkNames(name, Object.keys(given), Object.keys(settings));
    return { ...defaults, ...given } as Settings;
  };
  return {
    name,
    description,
    enforcementLevel,
    configSchema: { properties: { ...settings } },
    ...(beforeMaking && { validateResource: (args, report) => beforeMaking(args, complete(args), report) }),
    ...(atTheEnd && { validateStack: (args, report) => atTheEnd(args.resources, complete(args), report) }),
  } as Rule;
}

/** Pulumi takes any setting, and a limit that is misspelt would silently be the default: this ends the run. */
function checkNames(rule: string, given: readonly string[], known: readonly string[]): void {
  const unknown = given.find((setting) => !known.includes(setting));
  if (unknown === undefined) return;
  const meant = nearest(unknown, known);
  const there = known.length === 0 ? "it has none." : `there is ${known.join(", ")}.`;
  const error = new Error(
    `The rule ${rule} has no setting ${unknown}, so that it would not hold as it is meant; nothing was judged. ` +
      `Correct the policy configuration: ${meant === undefined ? there : `did you mean ${meant}?`}`,
  );
  // The SDK shows the stack in place of the message.
  error.stack = error.message;
  throw error;
}
