import { hostname } from "node:os";
import * as pulumi from "@pulumi/pulumi";
import { backendOf } from "./account/backend.js";
import { ownerToken } from "./account/identity.js";
import { backendHints } from "./account/settings.js";
import { handlerText, type Kind, typeToken } from "./kinds.js";
import { nodeProblem } from "./node-version.js";
import { warnOfPlainSecrets } from "./plain-secrets.js";

/** What a class hands to {@link VastResource} besides the user's arguments. */
export interface ResourceShape {
  readonly kind: Kind;
  /** Outputs that are no inputs: a property that is not listed does not exist on the resource. */
  readonly outputs: readonly string[];
  /** Outputs that are encrypted in the state. */
  readonly secretOutputs: readonly string[];
  /** Variables stand in its argument `env`. */
  readonly hasEnv?: true;
}

/** What all resources of this package have in common: the type token, the handler text, and the token that marks them on Vast. */
export abstract class VastResource extends pulumi.CustomResource {
  constructor(shape: ResourceShape, name: string, args: pulumi.Inputs, opts: pulumi.CustomResourceOptions = {}) {
    const problem = nodeProblem(process.versions.node);
    if (problem !== undefined) throw new pulumi.RunError(problem);
    const { kind, outputs, secretOutputs } = shape;
    const absent = Object.fromEntries(outputs.map((output) => [output, undefined]));
    // Pulumi's SDK notes where each of five promises of each property was made: 40 ms a resource of a hundred properties, half of a preview.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      super(
        typeToken(kind),
        name,
        { ...absent, ...args, ownerToken: tokenFor(kind, name, opts), __provider: handlerText(kind) },
        pulumi.mergeOptions({ additionalSecretOutputs: [...secretOutputs] }, opts),
      );
    } catch (error) {
      Error.stackTraceLimit = stackTraceLimit;
      // What is wrong with a name or an option is found by the line of the program.
      if (error instanceof Error) Error.captureStackTrace(error);
      throw error;
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
    if (shape.hasEnv) warnOfPlainSecrets(this, args.env);
  }
}

function tokenFor(kind: Kind, name: string, opts: pulumi.CustomResourceOptions): pulumi.Output<string> {
  const configured = new pulumi.Config("vastai").get("owner");
  const place = configured === undefined ? placeOfState() : { owner: configured, host: "" };
  const organization = pulumi.getOrganization();
  // The URN and not the name: two components may each have a child of the same name.
  return bareUrn(name, typeToken(kind), opts.parent).apply((urn) => ownerToken({ ...place, organization, urn }));
}

/** State in local files is told apart by the host's name as well, since every machine has a `file://~`. */
function placeOfState(): { owner: string; host: string } {
  const stack = { project: pulumi.getProject(), stack: pulumi.getStack() };
  const { address, isOnThisMachine } = backendOf(backendHints(), process.cwd(), stack);
  return { owner: address, host: isOnThisMachine ? hostname() : "" };
}

/**
 * The URN of a resource, as a value that depends on nothing. Pulumi's own depends on the parent, and takes that for a dependency on all children of
 * the parent: two children of one component that carry it in an input wait for each other for ever.
 */
export function bareUrn(name: string, type: string, parent: pulumi.Resource | undefined): pulumi.Output<string> {
  // This is how Pulumi's own SDK asks an output; a promise carries no dependencies.
  const urn = pulumi.createUrn(name, type, parent) as unknown as { promise(): Promise<string> };
  return pulumi.output(urn.promise());
}
