import { expect, it } from "vitest";
import { trainer } from "./programs.js";
import { testStack } from "./pulumi.js";

it("forgets a machine that was destroyed in the console, and rents a new one with the next up", async () => {
  const stack = await testStack();
  const { world } = stack;
  stack.write(trainer());
  await stack.up();
  const [first] = world.billedContracts();
  world.act(first?.id ?? 0, { do: "destroy" });
  await stack.refresh();
  expect(world.contracts()).toHaveLength(1);
  expect(stack.state().resources.filter(({ type }) => type.includes("vastai"))).toEqual([]);

  const up = await stack.up();
  const [second, ...others] = world.billedContracts();
  expect(others).toEqual([]);
  expect(second?.id).not.toBe(first?.id);
  expect(up.steps).toEqual(["create trainer"]);
  await stack.destroy();
});

it("does not take a revoked key for a missing machine", async () => {
  const stack = await testStack();
  const { world } = stack;
  stack.write(trainer());
  await stack.up();
  const { id, inputs, outputs } = stack.resource("trainer");
  world.revokeKey(stack.apiKey);
  const refresh = await stack.failing("refresh");
  const destroy = await stack.failing("destroy");

  expect(world.billedContracts()).toHaveLength(1);
  expect(stack.resource("trainer")).toMatchObject({ id, inputs, outputs });
  for (const { text } of [refresh, destroy]) expect(text).toContain("VAST_API_KEY");
  world.restoreKey(stack.apiKey);
  await stack.destroy();
});

it("shows what was changed in the console, and repairs it", async () => {
  const stack = await testStack();
  const { world } = stack;
  stack.write(trainer());
  await stack.up();
  const [rented] = world.billedContracts();
  const id = rented?.id ?? 0;
  world.act(id, { do: "label", label: "whose is this?" });
  world.act(id, { do: "stop" });
  world.advance(60);

  await stack.refresh();
  expect(world.contract(id)).toMatchObject({ label: "whose is this?", curState: "stopped" });
  expect(stack.resource("trainer").outputs).toMatchObject({ label: "whose is this?", targetState: "stopped" });
  expect((await stack.preview()).steps).toEqual(["update trainer"]);

  await stack.up();
  expect(world.contracts()).toMatchObject([{ id, label: rented?.label, actualStatus: "running" }]);
  expect(stack.outputs()).toMatchObject({ label: "trainer", status: "running" });
  await stack.destroy();
});
