import { expect, it } from "vitest";
import { aPublicKey } from "../support/public-keys.js";
import { testStack } from "./pulumi.js";

/** A volume of its own, mounted by one instance, and an instance whose rent makes one; both with keys. */
const program = (more: object = {}) => `
const data = new vastai.Volume("data", { offer: {}, sizeGb: 20, allowDataLoss: true });
const laptop = new vastai.SshKey("laptop", { publicKey: ${JSON.stringify(aPublicKey(1))} });
const shared = { image: "ubuntu:22.04", offer: {} };
const reader = new vastai.Instance("reader", { ...shared, volumes: [{ volumeId: data.id, mountPath: "/data" }], sshKeyIds: [laptop.keyId] });
const maker = new vastai.Instance("maker", {
  ...shared,
  volumes: [{ sizeGb: 10, mountPath: "/scratch" }],
  sshPublicKeys: [${JSON.stringify(aPublicKey(2, "colleague"))}],
  ...${JSON.stringify(more)},
}, { dependsOn: reader });
exports.machines = [data.machineId, reader.machineId];
exports.made = maker.createdVolumeIds;
exports.attached = maker.attachedSshKeys;
`;

it("mounts, makes, keeps and deletes volumes of instances under the real engine", async () => {
  const stack = await testStack();
  const { world } = stack;
  stack.write(program());
  await stack.preview();
  await stack.up();
  const { machines, made, attached } = stack.outputs() as { machines: number[]; made: number[]; attached: string[] };
  expect(machines[0]).toBe(machines[1]);
  expect(attached).toEqual([expect.stringMatching(/^SHA256:/)]);
  const volumes = world.billedVolumes();
  expect(volumes.map(({ sizeGb, mountedBy }) => [sizeGb, mountedBy.length])).toEqual([
    [20, 1],
    [10, 1],
  ]);
  expect(made).toEqual([volumes[1]?.id]);
  await stack.refresh();
  expect((await stack.up()).steps).toEqual([]);

  // A replacement gets a new volume and keeps the old one, as long as the program does not consent.
  stack.write(program({ diskGb: 20 }));
  await stack.up();
  expect(world.billedVolumes().map(({ id }) => id)).toContain(made[0]);
  expect(world.billedVolumes()).toHaveLength(3);

  stack.write(program({ diskGb: 20, keepVolumes: false }));
  await stack.up();
  await stack.destroy();
  expect(world.billedContracts()).toEqual([]);
  expect(world.billedVolumes().map(({ id }) => id)).toEqual(made);
});
