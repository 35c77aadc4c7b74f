import type * as pulumi from "@pulumi/pulumi";
import type { PulumiArgs, PulumiOutputs } from "../../pulumi-args.js";
import { type ResourceShape, VastResource } from "../../resource.js";
import type { VolumeArguments, VolumeInputs } from "./inputs.js";
import { type VolumeFacts, volumeFactNames } from "./outputs.js";

/** Arguments of a {@link Volume}. */
export type VolumeArgs = PulumiArgs<VolumeArguments>;

const SHAPE: ResourceShape = {
  kind: "Volume",
  outputs: [...volumeFactNames, "rentedAt"],
  secretOutputs: [],
};

type DeclaredInputs = Omit<VolumeInputs, "ownerToken" | "resourceName" | "machineId" | "name" | "sizeGb">;

/** What a volume shows: its inputs as they are now, and what Vast tells of it. */
export interface Volume extends PulumiOutputs<DeclaredInputs>, PulumiOutputs<VolumeFacts> {}

/**
 * A local volume on Vast.ai: disk on one machine that outlives instances and can be mounted by several of that machine. Rented when created and
 * billed by size until deleted, mounted or not. It is deleted only with `allowDataLoss`.
 *
 * @example
 * ```typescript
 * import * as vastai from "pulumi-vastai";
 *
 * const trainer = new vastai.Instance("trainer", { offer: { gpuName: "RTX 4090" }, image: "ubuntu:22.04" });
 * const data = new vastai.Volume("data", { onMachineOf: trainer.instanceId, sizeGb: 50, maxDollarsPerMonth: 10 });
 * ```
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the interface declares only outputs, which Pulumi's base class defines at run time
export class Volume extends VastResource {
  /** Name on Vast, by which machines mount it. */
  declare readonly name: pulumi.Output<string>;
  /** Size in GB. */
  declare readonly sizeGb: pulumi.Output<number>;
  /** When it was rented, ISO 8601 in UTC; left out for an adopted one. */
  declare readonly rentedAt: pulumi.Output<string | undefined>;

  /** Reads a volume that exists, by its id, without managing it: it is never changed and never deleted. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): Volume {
    return new Volume(name, {}, { ...opts, id });
  }

  constructor(name: string, args: VolumeArgs, opts?: pulumi.CustomResourceOptions) {
    super(SHAPE, name, { name: undefined, sizeGb: undefined, ...args, resourceName: name }, opts);
  }
}
