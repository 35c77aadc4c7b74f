import { expect, it } from "vitest";
import { instance } from "./programs.js";
import { testStack } from "./pulumi.js";
import { filesWith } from "./state.js";

const OTHER_KEY = "other-key-for-tests";

it("rents in the account of the explicit provider, and looks things up there", async () => {
  const stack = await testStack();
  const { world } = stack;
  const program = `
const other = new vastai.Provider("other", { apiKey: process.env.OTHER_KEY });
${instance("mine")}
${instance("theirs", {}, { options: "{ provider: other }" })}
exports.me = vastai.getUserOutput().username;
exports.them = vastai.getUserOutput({ provider: other }).username;
exports.meNow = vastai.getUser().then((user) => user.username);
exports.themNow = vastai.getUser({ provider: other }).then((user) => user.username);
exports.myIds = vastai.getInstancesOutput({}, { dependsOn: mine }).instances.apply((all) => all.map((one) => one.instanceId));
exports.theirIds = vastai.getInstancesOutput({}, { provider: other, dependsOn: [theirs] }).instances.apply((all) => all.map((one) => one.instanceId));
exports.mySsh = vastai.getInstanceOutput({ instanceId: mine.instanceId }).sshCommand;
exports.theirSsh = vastai.getInstanceOutput({ instanceId: theirs.instanceId }, { provider: other }).sshCommand;
exports.ssh = [mine.sshCommand, theirs.sshCommand];
`;
  const env = { OTHER_KEY };
  stack.write(program);
  await stack.preview(env);
  await stack.up(env);

  const contracts = world.billedContracts();
  const [mine, theirs] = ["mine", "theirs"].map((name) => contracts.find(({ label }) => label?.startsWith(`${name} `)));
  expect(contracts).toHaveLength(2);
  expect(mine?.account).not.toBe(theirs?.account);
  const outputs = stack.outputs();
  expect(outputs.me).not.toBe(outputs.them);
  expect(outputs).toMatchObject({
    meNow: outputs.me,
    themNow: outputs.them,
    myIds: [mine?.id],
    theirIds: [theirs?.id],
    ssh: [outputs.mySsh, outputs.theirSsh],
  });
  expect(filesWith(OTHER_KEY, stack.stateFolder)).toEqual([]);

  stack.write(`${program}
exports.mineNow = vastai.getInstance({ instanceId: ${mine?.id} }).then((one) => one.status);
exports.theirsNow = vastai.getInstance({ instanceId: ${theirs?.id} }, { provider: other }).then((one) => one.status);
exports.mineAll = vastai.getInstances().then((all) => all.totalInstances);
exports.notMine = vastai.getInstance({ instanceId: ${theirs?.id} }).catch((error) => error.message);
`);
  const up = await stack.up(env);
  expect(up.steps).toEqual([]);
  expect(stack.outputs()).toMatchObject({
    mineNow: "running",
    theirsNow: "running",
    mineAll: 1,
    notMine: expect.stringContaining(`no instance ${theirs?.id}`),
  });

  await stack.destroy(env);
  expect(world.billedContracts()).toEqual([]);
});

it("looks only when what the lookup depends on is there, be it inside a component", async () => {
  const stack = await testStack();
  stack.write(`
class Team extends pulumi.ComponentResource {
  constructor() {
    super("garage:index:Team", "team");
    ${instance("worker", {}, { options: "{ parent: this }" })}
  }
}
const team = new Team();
exports.count = vastai.getInstancesOutput({}, { dependsOn: team }).totalInstances;
`);
  const preview = await stack.preview();
  expect(stack.world.view().requests.filter(({ path }) => path !== "/api/v0/bundles/")).toEqual([]);
  expect(preview.text).toMatch(/count: \[unknown\]/);

  await stack.up();
  expect(stack.world.billedContracts()).toHaveLength(1);
  expect(stack.outputs()).toEqual({ count: 1 });
  await stack.destroy();
});

it("takes the key of the stack's configuration before the one of the environment", async () => {
  const stack = await testStack();
  const { world } = stack;
  world.revokeKey(stack.apiKey);
  await stack.run(`config set --secret vastai:apiKey ${OTHER_KEY}`);
  stack.write(`${instance("trainer")}exports.user = vastai.getUserOutput().username;`);
  await stack.up();

  expect(world.billedContracts()).toMatchObject([{ account: 2 }]);
  expect(stack.outputs()).toEqual({ user: "example2" });
  expect(filesWith(OTHER_KEY, stack.stateFolder)).toEqual([]);
  await stack.destroy({ VAST_API_KEY: undefined });
});
