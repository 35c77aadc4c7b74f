import { createRequire } from "node:module";
import type {
  PolicyResource,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import type { Rule } from "../../policy/define-rule.js";
import { secretMarks } from "../../policy/rules/secret-marks.js";
import { type Kind, typeToken } from "../../provider/kinds.js";

// Pulumi's own wrappers around properties, which it does not declare.
const sdk = createRequire(__filename);
const { unknownCheckingProxy, unknownStringValue } = sdk("@pulumi/policy/proxy") as {
  unknownCheckingProxy<T extends object>(properties: T): T;
  unknownStringValue: string;
};
const { secretsPreservingProxy } = sdk("@pulumi/policy/secret") as { secretsPreservingProxy<T>(properties: T): T };

/** Stands for a value that is not known in a preview. */
export const UNKNOWN: unknown = unknownStringValue;

export type Props = Readonly<Record<string, unknown>>;

/** A resource as a test describes it. */
export interface Given {
  readonly kind?: Kind | "other";
  readonly name?: string;
  readonly props: Props;
}

/** What a rule says about one resource before it is made; "unknown" when it read what is not known yet. */
export function askOne(rule: Rule, given: Given, settings: Props = {}): string[] | "unknown" {
  const { validateResource } = rule as ResourceValidationPolicy;
  if (typeof validateResource !== "function") throw new Error(`${rule.name} does not look at resources.`);
  return collect((report) => {
    validateResource({ ...subject(given), getConfig: () => settings } as unknown as ResourceValidationArgs, report);
  });
}

/** What a rule says about a whole stack at the end. */
export function askAll(rule: Rule, stack: readonly Given[], settings: Props = {}): string[] | "unknown" {
  const { validateStack } = rule as StackValidationPolicy;
  return collect((report) => {
    const resources = stack.map(subject) as unknown as PolicyResource[];
    const args = {
      resources,
      getConfig: () => settings,
      stackTags: new Map(),
      notApplicable: () => raise("not applicable"),
    };
    void validateStack(args as Parameters<typeof validateStack>[0], report);
  });
}

/** Shows a resource to the rule that notes marks, as the engine does before the others; marked values are `Secret`s of the SDK. */
export function showMarks(given: Given): unknown {
  const props = unknownCheckingProxy(secretsPreservingProxy({ ...given.props }));
  return secretMarks.remediateResource?.({ ...subject(given), props } as unknown as ResourceValidationArgs);
}

function subject({ kind = "Instance", name = "trainer", props }: Given) {
  const type = kind === "other" ? "random:index:RandomPet" : typeToken(kind);
  return { type, name, urn: `urn:pulumi:dev::garage::${type}::${name}`, props: unknownCheckingProxy({ ...props }) };
}

function collect(ask: (report: (message: string) => void) => void): string[] | "unknown" {
  const said: string[] = [];
  try {
    ask((message) => said.push(message));
  } catch (error) {
    if (error instanceof Error && error.constructor.name === "UnknownValueError") return "unknown";
    throw error;
  }
  return said;
}

function raise(message: string): never {
  throw new Error(message);
}
