import type { Bag } from "../../provider/engine/values.js";
import { HANDLER, type ProviderProcess, TOKEN } from "../support/harness.js";

/** The mark of {@link TOKEN} on Vast. */
export const MARK = `pulumi:${TOKEN}`;

/** Inputs of a small template. */
export function aTemplate(inputs: Bag = {}): Bag {
  return {
    name: "vllm",
    image: "vllm/vllm-openai:v0.11.0",
    env: { MODEL: "Qwen/Qwen3-8B" },
    ports: [8000],
    onstart: "vllm serve",
    description: "serves",
    ownerToken: TOKEN,
    __provider: HANDLER,
    ...inputs,
  };
}

/** Checked inputs, as the engine hands them to diff, create and update. */
export async function checked({ template }: ProviderProcess, inputs: Bag, olds: Bag = {}): Promise<Bag> {
  const result = await template.check(olds, inputs);
  if (result.failures.length > 0) throw new Error(JSON.stringify(result.failures));
  return { ...result.inputs, __provider: inputs.__provider };
}

/** check and create. */
export async function makeTemplate(
  process: ProviderProcess,
  inputs: Bag = aTemplate(),
): Promise<{ id: string; outs: Bag }> {
  return process.template.create(await checked(process, inputs));
}

/** check, diff and update where there is something to do, as `pulumi up` does it. */
export async function changeTemplate(process: ProviderProcess, id: string, olds: Bag, inputs: Bag): Promise<Bag> {
  const news = await checked(process, inputs, olds);
  const { changes, replaces } = await process.template.diff(id, olds, news);
  if (replaces.length > 0) throw new Error(`replaces ${replaces.join(", ")}`);
  return changes ? (await process.template.update(id, olds, news)).outs : olds;
}
