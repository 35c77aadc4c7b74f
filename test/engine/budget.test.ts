// A stack's limits, with what the engine shows of the stack and when.
import { expect, it } from "vitest";
import { instance } from "./programs.js";
import { testStack } from "./pulumi.js";

const TWO = /the stack has 2 instances and vastai:maxInstances allows 1/;

it("replaces an instance at the limit when the old one is deleted first, and not beside it", async () => {
  const stack = await testStack();
  const { world } = stack;
  stack.write(instance("a"));
  await stack.up();
  const [old] = world.billedContracts();
  await stack.run("config set vastai:maxInstances 1");
  stack.write(instance("a", { generation: 2 }));
  const { text } = await stack.failing("up");
  expect(text).toMatch(
    /Unless the option `deleteBeforeReplace` ends the old one first, .* the stack would have 2 instances/,
  );
  expect(world.billedContracts()).toMatchObject([{ id: old?.id }]);

  stack.write(instance("a", { generation: 2 }, { options: "{ deleteBeforeReplace: true }" }));
  await stack.up();
  const [made, ...others] = world.billedContracts();
  expect(others).toEqual([]);
  expect(made?.id).not.toBe(old?.id);

  // What is gone holds no place either.
  world.act(made?.id ?? 0, { do: "destroy" });
  world.advance(120);
  await stack.run("up --refresh");
  expect(world.billedContracts()).toHaveLength(1);
  await stack.destroy();
});

it("refuses in the preview what is new before an instance that waits for it, and tells an up without a preview", async () => {
  const stack = await testStack();
  stack.write(instance("a"));
  await stack.up();
  await stack.run("config set vastai:maxInstances 1");
  stack.write(instance("b") + instance("a", {}, { more: "{ label: b.instanceId.apply((id) => 'beside ' + id) }" }));
  expect((await stack.failing("preview")).text).toMatch(
    /the stack would have 2 instances and vastai:maxInstances allows 1/,
  );
  expect(stack.world.contracts()).toHaveLength(1);

  const { lines } = await stack.up();
  expect(stack.world.billedContracts()).toHaveLength(2);
  expect(lines).toContainEqual(expect.stringMatching(/^a: Over the stack's budget: the stack has 2 instances/));
  expect(lines.filter((line) => TWO.test(line))).toHaveLength(1);
  await stack.destroy();
});

it("tells of each instance that the program leaves out, which the engine shows only when it deletes it", async () => {
  const stack = await testStack();
  const { world } = stack;
  const names = ["a", "b"];
  stack.write(names.map((name) => instance(name)).join(""));
  await stack.up();
  await stack.run("config set vastai:maxInstances 2");
  stack.write(["x", "y"].map((name) => instance(name)).join(""));
  const { lines } = await stack.up();
  expect(world.contracts()).toHaveLength(4);
  expect(
    world
      .billedContracts()
      .map(({ label }) => label?.split(" ")[0])
      .sort(),
  ).toEqual(["x", "y"]);
  for (const name of names) {
    const said = `^${name}: Over the stack's budget until instance \\d+ is gone: the stack has [34] instances and .* allows 2`;
    expect(lines).toContainEqual(expect.stringMatching(new RegExp(said)));
  }
  await stack.destroy();
});

it("does not know of instances that --target leaves out", async () => {
  const stack = await testStack();
  stack.write(instance("a"));
  await stack.up();
  await stack.run("config set vastai:maxInstances 1");
  stack.write(instance("a") + instance("b"));
  expect((await stack.failing("preview")).text).toMatch(/would have 2 instances/);
  await stack.run("up --target **b");
  expect(stack.world.billedContracts()).toHaveLength(2);
  await stack.destroy();
});
