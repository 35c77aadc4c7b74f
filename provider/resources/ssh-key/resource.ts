import type * as pulumi from "@pulumi/pulumi";
import type { PulumiArgs, PulumiOutputs } from "../../pulumi-args.js";
import { type ResourceShape, VastResource } from "../../resource.js";
import type { SshKeyArguments, SshKeyInputs } from "./inputs.js";
import { type SshKeyFacts, sshKeyOutputNames } from "./outputs.js";

/** Arguments of an {@link SshKey}. */
export type SshKeyArgs = PulumiArgs<SshKeyArguments>;

const SHAPE: ResourceShape = { kind: "SshKey", outputs: sshKeyOutputNames, secretOutputs: [] };

/** What an SSH key shows: its inputs as they are now, and what Vast tells of it. */
export interface SshKey extends PulumiOutputs<Omit<SshKeyInputs, "ownerToken">>, PulumiOutputs<SshKeyFacts> {}

/**
 * A public SSH key in the Vast.ai account. Vast puts every key of the account into each new instance; to put one into an instance that runs
 * already, use `InstanceSshKey`. Keys cost nothing. A private key never leaves your machine: it is neither made nor taken.
 *
 * @example
 * ```typescript
 * import * as vastai from "pulumi-vastai";
 *
 * const key = new vastai.SshKey("laptop", { publicKeyFile: "~/.ssh/id_ed25519.pub" });
 * export const fingerprint = key.fingerprint;
 * ```
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the interface declares only outputs, which Pulumi's base class defines at run time
export class SshKey extends VastResource {
  /** The key was in the account before: deleting this resource leaves it there. */
  declare readonly adopted: pulumi.Output<boolean>;

  /** Reads a key that exists, by its id, without managing it: it is never changed and never deleted. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): SshKey {
    return new SshKey(name, {}, { ...opts, id });
  }

  constructor(name: string, args: SshKeyArgs, opts?: pulumi.CustomResourceOptions) {
    super(SHAPE, name, args, opts);
  }
}
