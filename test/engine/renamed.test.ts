// Resources that are renamed, under the real CLI: whoever gets the old name gets a machine of its own.
import { expect, it } from "vitest";
import { instance } from "./programs.js";
import { type TestStack, testStack } from "./pulumi.js";

const alias = { options: '{ aliases: [{ name: "a" }] }' };
const labels = ({ world }: TestStack) => world.billedContracts().map(({ label }) => label?.split(" ")[0]);
const tokens = ({ world }: TestStack) => new Set(world.billedContracts().map(({ label }) => label?.split(" ")[1]));

/** An `up` that has nothing to do, ten minutes later. */
async function upChangesNothing(stack: TestStack): Promise<void> {
  stack.world.advance(600);
  const run = await stack.up();
  expect(run.steps).toEqual([]);
  expect(run.text).not.toMatch(/contract|warning/);
}

it("a resource by an alias, and later a new one takes the old name, and depends on it", async () => {
  const stack = await testStack();
  stack.write(instance("a"));
  await stack.up();
  stack.write(instance("b", {}, alias));
  expect((await stack.up()).steps).toEqual(["update b"]);
  stack.write(instance("b") + instance("a", {}, { options: "{ dependsOn: b }" }));
  expect((await stack.up()).steps).toEqual(["create a"]);

  await upChangesNothing(stack);
  expect(labels(stack)).toEqual(["b", "a"]);
  expect(tokens(stack).size).toBe(2);
  await stack.destroy();
});

it("a resource in the state, and in the same run a new one takes the old name, and comes first", async () => {
  const stack = await testStack();
  stack.write(instance("a"));
  await stack.up();
  const { urn } = stack.resource("a");
  await stack.run(`state rename ${urn} b --yes`);
  stack.write(instance("a") + instance("b"));
  expect((await stack.up()).steps.toSorted()).toEqual(["create a", "update b"]);

  await upChangesNothing(stack);
  expect(labels(stack)).toEqual(["b", "a"]);
  expect(tokens(stack).size).toBe(2);
  await stack.destroy();
});

it("a stack: a new one of the old name takes none of its machines, also of those that are not ready", async () => {
  const stack = await testStack();
  const { world } = stack;
  world.tell({ times: 1, story: { boots: { afterMinutes: 600 } } });
  stack.write(instance("a", { timeouts: { createMinutes: 2 } }));
  await stack.failing("up");
  const [contract] = world.billedContracts();
  await stack.run("stack rename prod");
  await stack.run("stack init");

  const refused = await stack.failing("up");
  expect(refused.text).toContain(
    `a contract of this very resource that the Pulumi state does not know: ${contract?.id}`,
  );
  expect(refused.text).toContain("If another stack has it");
  expect(world.contracts()).toHaveLength(1);

  world.advance(600 * 60);
  expect((await stack.run("up --stack=prod")).steps).toEqual(["update a"]);
  expect((await stack.up()).steps).toEqual(["create a"]);
  expect(labels(stack)).toEqual(["a", "a"]);
  expect(tokens(stack).size).toBe(2);
  await stack.destroy();
  expect(world.billedContracts()).toMatchObject([{ id: contract?.id }]);
  await stack.run("destroy --stack=prod");
});
