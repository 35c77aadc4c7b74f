import * as pulumi from "@pulumi/pulumi";
import type { PulumiArgs, PulumiOutputs } from "../../pulumi-args.js";
import { type ResourceShape, VastResource } from "../../resource.js";
import type { TemplateArguments, TemplateInputs } from "./inputs.js";
import { type TemplateFacts, templateFactNames } from "./outputs.js";

/** Arguments of a {@link Template}. */
export type TemplateArgs = PulumiArgs<TemplateArguments>;

const SHAPE: ResourceShape = {
  kind: "Template",
  hasEnv: true,
  outputs: templateFactNames,
  secretOutputs: ["imageLogin"],
};

type DeclaredInputs = Omit<TemplateInputs, "ownerToken" | "imageLogin" | "adoptTemplateId">;

/** What a template shows: its inputs as they are now, and what Vast tells of it. */
export interface Template extends PulumiOutputs<DeclaredInputs>, PulumiOutputs<TemplateFacts> {}

/**
 * A template on Vast.ai: image, environment, start script and more under one name, for instances, workergroups and people. Costs nothing.
 * Every change is made in place and gives another `hashId`; an instance with `templateHash: template.hashId` follows.
 *
 * @example
 * ```typescript
 * import * as vastai from "pulumi-vastai";
 *
 * const vllm = new vastai.Template("vllm", {
 *   image: "vllm/vllm-openai:v0.11.0",
 *   env: { MODEL: "Qwen/Qwen3-8B" },
 *   ports: [8000],
 *   onstart: "vllm serve $MODEL --port 8000",
 * });
 * new vastai.Instance("server", { offer: { gpuName: "RTX 4090" }, templateHash: vllm.hashId });
 * ```
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the interface declares only outputs, which Pulumi's base class defines at run time
export class Template extends VastResource {
  /** Reads a template that exists, also somebody's public one, by its id, without managing it: it is never changed and never deleted. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): Template {
    // The image is read from Vast.
    return new Template(name, { image: "" }, { ...opts, id });
  }

  constructor(name: string, args: TemplateArgs, opts?: pulumi.CustomResourceOptions) {
    const { imageLogin, name: title = name, ...rest } = args;
    const login = imageLogin === undefined ? {} : { imageLogin: pulumi.secret(imageLogin) };
    // Equal content is one template on Vast, so a forced replacement made before the old one is deleted would be the old one.
    super(SHAPE, name, { ...rest, name: title, ...login }, pulumi.mergeOptions({ deleteBeforeReplace: true }, opts));
  }
}
