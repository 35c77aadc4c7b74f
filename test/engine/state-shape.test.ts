import { expect, it } from "vitest";
import { instance } from "./programs.js";
import { testStack } from "./pulumi.js";
import type { StateResource } from "./state.js";

const TYPE = "pulumi-nodejs:dynamic/vastai:Instance";
const HANDLER =
  'exports.handler = () => require("node:module").createRequire(process.cwd() + "/")("pulumi-vastai/provider/instance").provider;';

it("stores a constant type and handler text, and little else", async () => {
  const stack = await testStack();
  stack.write(instance("trainer", { env: { MODE: "train" }, ports: [8080, "9000:9000/udp"], onstart: "date" }));
  await stack.up();
  expect(stack.world.billedContracts()).toHaveLength(1);

  const { stdout } = await stack.run("stack export");
  const { resources } = JSON.parse(stdout).deployment as { resources: StateResource[] };
  const [exported] = resources.filter(({ urn }) => urn.endsWith("::trainer"));
  // They stand in users' states and never change.
  expect(exported).toMatchObject({ type: TYPE, inputs: { __provider: HANDLER }, outputs: { __provider: HANDLER } });
  expect(JSON.stringify(exported).length).toBeLessThan(8_000);
  await stack.destroy();
});

it("marks two resources of one name in two components as different, and ends each with its own", async () => {
  const stack = await testStack();
  const { world } = stack;
  // The URN names the types of the parents, so that components of one type cannot have children of one name.
  const component = `
class Team extends pulumi.ComponentResource {
  constructor(name) {
    super("garage:index:" + name, name);
    ${instance("worker", {}, { options: "{ parent: this }" })}
  }
}
`;
  const team = (name: string) => `new Team("${name}");\n`;
  stack.write(component + team("red") + team("blue"));
  await stack.up();
  const labels = world.billedContracts().map(({ label }) => label);
  expect(labels).toHaveLength(2);
  expect(new Set(labels).size).toBe(2);
  for (const label of labels) expect(label).toMatch(/^worker pulumi:[0-9a-f]{24}$/);

  stack.write(component + team("blue"));
  const up = await stack.up();
  const [left, ...others] = world.billedContracts();
  expect(others).toEqual([]);
  expect(up.steps).toEqual(["delete worker"]);
  expect(stack.resource("worker").id).toBe(String(left?.id));
  await stack.destroy();
});
