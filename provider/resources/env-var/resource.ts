import * as pulumi from "@pulumi/pulumi";
import type { PulumiArgs, PulumiOutputs } from "../../pulumi-args.js";
import { type ResourceShape, VastResource } from "../../resource.js";
import type { EnvVarArguments, EnvVarInputs } from "./inputs.js";

/** Arguments of an {@link EnvVar}. */
export type EnvVarArgs = PulumiArgs<EnvVarArguments>;

const SHAPE: ResourceShape = { kind: "EnvVar", outputs: [], secretOutputs: ["value"] };

/** What a variable shows: its inputs; `name` is upper-case, `value` is secret. */
export interface EnvVar extends PulumiOutputs<Omit<EnvVarInputs, "ownerToken">> {}

/**
 * An environment variable of the Vast.ai account, which Vast puts into every new instance: a token for a registry of models, say. Its value
 * is secret and cannot be read back. For a variable of one instance use the instance's `env`.
 *
 * @example
 * ```typescript
 * import * as pulumi from "@pulumi/pulumi";
 * import * as vastai from "pulumi-vastai";
 *
 * new vastai.EnvVar("hugging-face", { name: "HF_TOKEN", value: new pulumi.Config().requireSecret("hfToken") });
 * ```
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the interface declares only outputs, which Pulumi's base class defines at run time
export class EnvVar extends VastResource {
  constructor(name: string, args: EnvVarArgs, opts?: pulumi.CustomResourceOptions) {
    super(SHAPE, name, { ...args, value: pulumi.secret(args.value) }, opts);
  }
}
