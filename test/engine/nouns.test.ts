import { expect, it } from "vitest";
import { instance } from "./programs.js";
import { testStack } from "./pulumi.js";

interface Wanted {
  readonly mode: string;
  readonly sizeGb: number;
  readonly allowDataLoss?: boolean;
}

/** An instance made from a template, and a volume on the instance's machine. */
const program = ({ mode, sizeGb, allowDataLoss = false }: Wanted) => `
const training = new vastai.Template("training", { image: "ubuntu:22.04", env: { MODE: "${mode}" }, runtype: "ssh" });
${instance("trainer", { image: undefined }, { more: "{ templateHash: training.hashId }" })}
const data = new vastai.Volume("data", { onMachineOf: trainer.instanceId, sizeGb: ${sizeGb}, allowDataLoss: ${allowDataLoss} });
exports.hash = training.hashId;
`;

it("makes an instance from a template, follows its edit, and guards the data of a volume", async () => {
  const stack = await testStack();
  const { world } = stack;
  stack.write(program({ mode: "try", sizeGb: 20 }));
  await stack.up();
  const [trainer] = world.billedContracts();
  const { hash } = stack.outputs();
  expect(world.billedVolumes()).toMatchObject([{ sizeGb: 20, machineId: trainer?.machineId }]);
  expect(world.templates()).toMatchObject([{ hashId: hash }]);
  expect((await stack.preview()).steps).toEqual([]);

  stack.write(program({ mode: "train", sizeGb: 20 }));
  expect((await stack.up()).steps.toSorted()).toEqual(["update trainer", "update training"]);
  expect(stack.outputs().hash).not.toBe(hash);
  expect(world.billedContracts()).toMatchObject([{ id: trainer?.id, actualStatus: "running" }]);
  expect(await stack.row(trainer?.id ?? 0)).toMatchObject({ template_hash_id: stack.outputs().hash });

  stack.write(program({ mode: "train", sizeGb: 30 }));
  expect((await stack.failing("preview")).text).toMatch(/sizeGb[\s\S]*allowDataLoss/);
  expect((await stack.failing("destroy --yes")).text).toContain("allowDataLoss");
  expect(world.billedVolumes()).toMatchObject([{ sizeGb: 20 }]);

  stack.write(program({ mode: "train", sizeGb: 20, allowDataLoss: true }));
  await stack.up();
  await stack.destroy();
  expect(world.billedVolumes()).toEqual([]);
  expect(world.billedContracts()).toEqual([]);
});
