import type * as pulumi from "@pulumi/pulumi";
import type { PulumiArgs } from "../../pulumi-args.js";
import { type ResourceShape, VastResource } from "../../resource.js";
import type { InstanceSshKeyArguments } from "./inputs.js";

/** Arguments of an {@link InstanceSshKey}. */
export type InstanceSshKeyArgs = PulumiArgs<InstanceSshKeyArguments>;

const SHAPE: ResourceShape = {
  kind: "InstanceSshKey",
  outputs: ["sshKeyId", "publicKey", "fingerprint"],
  secretOutputs: [],
};

/**
 * A public SSH key inside an instance that exists: for a key that came into the account after the instance was rented, or that is not to be
 * in the account at all. Keys of the account are in every new instance by themselves. Deleting this takes the key out of the instance, also
 * one that Vast had put there; with the instance it goes by itself.
 *
 * @example
 * ```typescript
 * import * as vastai from "pulumi-vastai";
 *
 * const trainer = new vastai.Instance("trainer", { offer: { gpuName: "RTX 4090" }, image: "ubuntu:22.04" });
 * new vastai.InstanceSshKey("colleague", { instanceId: trainer.instanceId, publicKey: "ssh-ed25519 AAAA… colleague" });
 * ```
 */
export class InstanceSshKey extends VastResource {
  /** Id of the instance. */
  declare readonly instanceId: pulumi.Output<number>;
  /** Id that Vast gives the key. */
  declare readonly sshKeyId: pulumi.Output<number>;
  /** The key as one line, as Vast shows it. */
  declare readonly publicKey: pulumi.Output<string>;
  /** As `ssh-keygen -l` shows it: `SHA256:` and 43 characters. */
  declare readonly fingerprint: pulumi.Output<string>;

  constructor(name: string, args: InstanceSshKeyArgs, opts?: pulumi.CustomResourceOptions) {
    super(SHAPE, name, args, opts);
  }
}
