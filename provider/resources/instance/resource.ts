import * as pulumi from "@pulumi/pulumi";
import type { PulumiArgs, PulumiOutputs } from "../../pulumi-args.js";
import { type ResourceShape, VastResource } from "../../resource.js";
import type { InstanceArguments, InstanceInputs } from "./inputs.js";
import { type InstanceFacts, instanceFactNames } from "./outputs.js";

/** Arguments of an {@link Instance}. */
export type InstanceArgs = PulumiArgs<InstanceArguments>;

const SHAPE: ResourceShape = {
  kind: "Instance",
  hasEnv: true,
  outputs: [
    ...instanceFactNames,
    "rentedAt",
    "rentedDollarsPerHour",
    "drift",
    "driftSince",
    "expiresAt",
    "createdVolumeIds",
    "createdVolumeName",
    "createdVolumeDollarsPerHour",
    "attachedSshKeys",
    "instanceApiKey",
  ],
  secretOutputs: ["jupyterToken", "jupyterUrl", "instanceApiKey", "imageLogin"],
};

type DeclaredInputs = Omit<InstanceInputs, "ownerToken" | "imageLogin">;

/** What an instance shows: its inputs as they are now, and what Vast tells of it. */
export interface Instance extends PulumiOutputs<DeclaredInputs>, PulumiOutputs<InstanceFacts> {}

/**
 * A GPU machine on Vast.ai: rented when created, followed until it runs, destroyed when deleted.
 *
 * @example
 * ```typescript
 * import * as vastai from "pulumi-vastai";
 *
 * const trainer = new vastai.Instance("trainer", {
 *   offer: { gpuName: "RTX 4090", gpuCount: 1, reliability: { gte: 0.98 } },
 *   maxDollarsPerHour: 0.5,
 *   image: "pytorch/pytorch:2.4.0-cuda12.4-cudnn9-runtime",
 *   diskGb: 32,
 * });
 * export const ssh = trainer.sshCommand;
 * ```
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the interface declares only outputs, which Pulumi's base class defines at run time
export class Instance extends VastResource {
  /** When the contract was rented, ISO 8601 in UTC; left out for an adopted one. */
  declare readonly rentedAt: pulumi.Output<string | undefined>;
  /** The price while running when it was rented, in $/h: refresh tells when the host raises it. */
  declare readonly rentedDollarsPerHour: pulumi.Output<number | undefined>;
  /**
   * What the last refresh found: `lifetimeEnded`, `outbid`, `startQueued`, `stopped`, `exited`, `offline`, `notRunning` (any other state that is not
   * `running` and should be), `priceRaised`, `priceIncreasePending`. Left out when all is well.
   */
  declare readonly drift: pulumi.Output<string[] | undefined>;
  /** Since when refreshes find it, by name, ISO 8601 in UTC. */
  declare readonly driftSince: pulumi.Output<Record<string, string> | undefined>;
  /** When the watchdog of `timeToLiveHours` destroys the instance, ISO 8601 in UTC; `never` when it was told to stand down. */
  declare readonly expiresAt: pulumi.Output<string | undefined>;
  /** Id of the volume that the rent made for `volumes`, as a list; left out when it made none. `keepVolumes` governs its end. */
  declare readonly createdVolumeIds: pulumi.Output<number[] | undefined>;
  /** Name on Vast of that volume. */
  declare readonly createdVolumeName: pulumi.Output<string | undefined>;
  /** What that volume costs in $/h beside the instance, also while it is stopped; left out while Vast does not tell. */
  declare readonly createdVolumeDollarsPerHour: pulumi.Output<number | undefined>;
  /** Fingerprints (`SHA256:…`) of the SSH keys that this resource put in; keys that Vast had put in by itself are not among them. */
  declare readonly attachedSshKeys: pulumi.Output<string[] | undefined>;
  /** Vast's key that may only show, start, stop and destroy this one instance. Secret. */
  declare readonly instanceApiKey: pulumi.Output<string | undefined>;

  /** Reads an instance that exists, by its id, without managing it: it is never changed and never destroyed. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): Instance {
    return new Instance(name, {}, { ...opts, id });
  }

  constructor(name: string, args: InstanceArgs, opts?: pulumi.CustomResourceOptions) {
    const { imageLogin, label = name, ...rest } = args;
    const login = imageLogin === undefined ? {} : { imageLogin: pulumi.secret(imageLogin) };
    super(SHAPE, name, { ...rest, label, ...login }, opts);
  }
}
