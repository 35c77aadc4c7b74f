import { expect, it } from "vitest";
import { instance } from "./programs.js";
import { testStack } from "./pulumi.js";

it("keeps a volume's data until the program lets it go, under the real engine", async () => {
  const stack = await testStack();
  const { world } = stack;
  const program = (args: object) => `
${instance("trainer")}
const data = new vastai.Volume("data", { onMachineOf: trainer.instanceId, ...${JSON.stringify(args)} });
exports.machines = [data.machineId, trainer.machineId];
exports.name = data.name;
exports.offers = vastai.getVolumeOffersOutput({ sizeGb: 20 }).offers.apply((offers) => offers.length > 0);
exports.volumes = vastai.getVolumesOutput({}, { dependsOn: data }).volumes.apply((volumes) => volumes.length);
`;
  stack.write(program({ sizeGb: 20 }));
  await stack.up();
  const { machines, name, ...outputs } = stack.outputs() as { machines: number[]; name: string };
  expect(machines[0]).toBe(machines[1]);
  expect(name).toMatch(/^data_[0-9a-f]{24}$/);
  expect(outputs).toMatchObject({ offers: true, volumes: 1 });
  await stack.refresh();
  expect((await stack.up()).steps).toEqual([]);

  // Said in the preview, where nothing is changed.
  stack.write(program({ sizeGb: 30 }));
  await expect(stack.preview()).rejects.toThrow(
    /Changing `sizeGb` from 20 to 30 would delete volume \d+ with all its data/,
  );
  await expect(stack.destroy()).rejects.toThrow(/was not deleted, because it may hold data/);
  expect(world.billedVolumes()).toMatchObject([{ sizeGb: 20 }]);

  stack.write(program({ sizeGb: 30, allowDataLoss: true }));
  await stack.up();
  expect(world.billedVolumes()).toMatchObject([{ sizeGb: 30 }]);
  await stack.destroy();
  expect(world.view()).toMatchObject({ billedPerHour: 0 });
});
