import { expect, it } from "vitest";
import { aPublicKey } from "../support/public-keys.js";
import { instance } from "./programs.js";
import { type TestStack, testStack } from "./pulumi.js";

/** An instance made of a template, with a key of its own inside, and a volume on its machine. */
const program = ({ image = "ubuntu:22.04", generation = 1 } = {}) => `
const training = new vastai.Template("training", { image: "${image}", runtype: "ssh" });
${instance("trainer", { image: undefined, generation }, { more: "{ templateHash: training.hashId }" })}
const data = new vastai.Volume("data", { onMachineOf: trainer.instanceId, sizeGb: 20, allowDataLoss: true });
const key = new vastai.InstanceSshKey("key", { instanceId: trainer.instanceId, publicKey: "${aPublicKey(2)}" });
`;

/** The deletes that were carried out, in order. */
const deletesIn = ({ world }: TestStack) =>
  world.view().requests.flatMap(({ method, path, status }) => (method === "DELETE" && status === 200 ? [path] : []));

/** Somebody of the account rents an instance with the volume inside. */
async function mount({ simulator, world, apiKey }: TestStack, volumeId = 0, machineId = 0): Promise<number> {
  const answer = await fetch(`${simulator.url}/api/v0/asks/${world.addOffer({ machine_id: machineId })}/`, {
    method: "PUT",
    headers: { authorization: `Bearer ${apiKey}` },
    body: JSON.stringify({
      image: "ubuntu:22.04",
      disk: 10,
      volume_info: { create_new: false, volume_id: volumeId, mount_path: "/data" },
    }),
  });
  return ((await answer.json()) as { new_contract: number }).new_contract;
}

it("makes, replaces and deletes nouns that need each other in their order, and goes on after one of them failed", async () => {
  const stack = await testStack();
  const { world, simulator } = stack;
  stack.write(program());

  // The volume cannot be rented: what was made before stays, and the next run makes only the rest.
  simulator.faults.add({ on: "POST /api/v0/volumes/search/", then: "auth-error" });
  expect((await stack.failing("up")).text).toMatch(/data[\s\S]*was refused/);
  const [trainer] = world.billedContracts();
  expect(world.templates()).toHaveLength(1);
  expect(world.billedVolumes()).toEqual([]);
  expect((await stack.up()).steps).toContain("create data");
  expect(world.billedContracts()).toMatchObject([{ id: trainer?.id }]);
  expect(world.billedVolumes()).toMatchObject([{ machineId: trainer?.machineId }]);
  expect((await stack.preview()).steps).toEqual([]);

  // Replaced: the new instance and its key before the old ones go, and the key goes before its instance. The volume stays where it is.
  stack.write(program({ generation: 2 }));
  const { steps } = await stack.up();
  const at = (step: string) => steps.indexOf(step);
  expect(steps).toEqual(expect.arrayContaining(["create-replacement trainer", "create-replacement key"]));
  expect(at("create-replacement trainer")).toBeLessThan(at("create-replacement key"));
  expect(at("create-replacement key")).toBeLessThan(at("delete-replaced key"));
  expect(at("delete-replaced key")).toBeLessThan(at("delete-replaced trainer"));
  const [successor, ...others] = world.billedContracts();
  expect(others).toEqual([]);
  expect(successor?.id).not.toBe(trainer?.id);
  expect(successor?.sshKeyIds).toHaveLength(1);
  expect(world.billedVolumes()).toMatchObject([{ machineId: trainer?.machineId }]);

  // In use: the edit of a template reaches the instance that is made of it, and the instance stays.
  stack.write(program({ generation: 2, image: "ubuntu:24.04" }));
  await stack.up();
  expect(world.billedContracts()).toMatchObject([{ id: successor?.id, image: "ubuntu:24.04" }]);

  // Everything goes the other way round: key and volume before the instance, the template at the end.
  await stack.destroy();
  const deletes = deletesIn(stack);
  const last = (path: RegExp) => deletes.findLastIndex((each) => path.test(each));
  expect(last(/\/ssh\//)).toBeLessThan(last(/\/instances\/(\d+\/)?$/));
  expect(last(/\/volumes\//)).toBeLessThan(last(/\/instances\/(\d+\/)?$/));
  expect(last(/\/instances\//)).toBeLessThan(last(/\/template\//));
  expect(world.view()).toMatchObject({ billedPerHour: 0 });
  expect(world.templates().filter(({ kept }) => kept)).toEqual([]);
});

it("stops before what is in use or gone, says so, and ends with everything given back", async () => {
  const stack = await testStack();
  const { world } = stack;
  stack.write(program());
  await stack.up();
  const [trainer] = world.billedContracts();
  const [data] = world.billedVolumes();

  // Somebody mounts the volume into an instance of their own: the destroy names it and goes no further down.
  const held = await mount(stack, data?.id, trainer?.machineId);
  const refused = await stack.failing("destroy --yes");
  expect(refused.text).toContain(`instance ${held} still has it mounted`);
  expect(world.billedVolumes()).toMatchObject([{ id: data?.id }]);
  expect(world.templates()).toMatchObject([{ kept: true }]);
  expect(stack.resource("data").id).toBe(String(data?.id));

  // Their instance and ours are gone: a refresh forgets what went with ours, and `up` makes it anew, all but the volume.
  for (const { id } of world.billedContracts()) world.act(id, { do: "destroy" });
  await stack.refresh();
  await stack.up();
  expect(world.billedContracts()).toHaveLength(1);
  expect(world.billedContracts()[0]?.sshKeyIds).toHaveLength(1);
  expect(world.billedVolumes()).toMatchObject([{ id: data?.id }]);
  await stack.destroy();
  expect(world.view()).toMatchObject({ billedPerHour: 0 });
});
