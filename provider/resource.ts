import * as pulumi from "@pulumi/pulumi";
import { backendOf, ownerToken } from "./account/identity.js";
import { backendHints } from "./account/settings.js";

/** The nouns that have a resource, with the sub-path of the package that holds their lifecycle. */
const LIFECYCLES = {
  Instance: "instance",
  Template: "template",
  Volume: "volume",
  SshKey: "ssh-key",
  InstanceSshKey: "instance-ssh-key",
  EnvVar: "env-var",
} as const;
export type Kind = keyof typeof LIFECYCLES;

/** Pulumi's type token of a kind. It stands in users' states and never changes. */
function typeToken(kind: Kind): string {
  return `pulumi-nodejs:dynamic/vastai:${kind}`;
}

/**
 * The text that Pulumi stores with each resource and runs to find its lifecycle. A constant, loaded by name: serialised classes break
 * (zod schemas, error classes), weigh 13 kB a resource, and fixes to them never reach resources that exist. Resolved from the program's
 * folder, which also finds the package from inside its own repository. It stands in users' states and never changes.
 */
function handlerText(kind: Kind): string {
  return `exports.handler = () => require("node:module").createRequire(process.cwd() + "/")("pulumi-vastai/provider/${LIFECYCLES[kind]}").provider;`;
}

/** What a class hands to {@link VastResource} besides the user's arguments. */
export interface ResourceShape {
  readonly kind: Kind;
  /** Outputs that are no inputs: a property that is not listed does not exist on the resource. */
  readonly outputs: readonly string[];
  /** Outputs that are encrypted in the state. */
  readonly secretOutputs: readonly string[];
}

/** What all resources of this package have in common: the type token, the handler text, and the token that marks them on Vast. */
export abstract class VastResource extends pulumi.CustomResource {
  constructor(shape: ResourceShape, name: string, args: pulumi.Inputs, opts: pulumi.CustomResourceOptions = {}) {
    const { kind, outputs, secretOutputs } = shape;
    const absent = Object.fromEntries(outputs.map((output) => [output, undefined]));
    super(
      typeToken(kind),
      name,
      { ...absent, ...args, ownerToken: tokenFor(kind, name, opts), __provider: handlerText(kind) },
      pulumi.mergeOptions({ additionalSecretOutputs: [...secretOutputs] }, opts),
    );
  }
}

function tokenFor(kind: Kind, name: string, opts: pulumi.CustomResourceOptions): pulumi.Output<string> {
  const owner = new pulumi.Config("vastai").get("owner") ?? backendOf(backendHints(), process.cwd());
  const organization = pulumi.getOrganization();
  // The URN and not the name: two components may each have a child of the same name.
  return pulumi.createUrn(name, typeToken(kind), opts.parent).apply((urn) => ownerToken({ owner, organization, urn }));
}
