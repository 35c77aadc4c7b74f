import { type ResourceValidationPolicy, Secret } from "@pulumi/policy";

/** For each resource, by its URN: the variables of `env` that the program marked as secret. */
const markedByUrn = new Map<string, ReadonlySet<string>>();

/** The variables of a resource's `env` that are marked as secret; undefined when nobody has looked. */
export function markedVariables(urn: string): ReadonlySet<string> | undefined {
  return markedByUrn.get(urn);
}

/**
 * Changes and judges nothing: Pulumi shows only remediations which values are marked as secret, and validations see them plain. It runs
 * before the validations, and notes the marks for `plain-secrets`.
 */
export const secretMarks: ResourceValidationPolicy = {
  name: "secret-marks",
  description: "Notes which values are marked as secret, for plain-secrets; changes nothing.",
  enforcementLevel: "remediate",
  remediateResource: ({ urn, props }) => {
    markedByUrn.set(urn, marksIn(props));
  },
};

function marksIn(props: Record<string, unknown>): ReadonlySet<string> {
  const env = asItIs(props, "env");
  const whole = env instanceof Secret;
  const variables = whole ? env.value : env;
  if (typeof variables !== "object" || variables === null) return new Set();
  return new Set(Object.keys(variables).filter((name) => whole || asItIs(variables, name) instanceof Secret));
}

/** A property with its mark: reading it in the plain way takes the mark off, and throws where it is not known yet. */
function asItIs(object: object, name: string): unknown {
  return Object.getOwnPropertyDescriptor(object, name)?.value;
}
