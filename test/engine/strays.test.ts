// A fleet that was killed while it was made, and is smaller in the next program, under the real CLI.
import { expect, it, vi } from "vitest";
import { kill } from "./moments.js";
import { instance } from "./programs.js";
import { testStack } from "./pulumi.js";

it("names what a killed run rented for a resource that the program does not have any more", async () => {
  const stack = await testStack();
  const { world } = stack;
  stack.write(instance("a"));
  await stack.up();
  world.tell({ story: { boots: { afterMinutes: 600 } } });
  stack.write(["a", "b", "c"].map((name) => instance(name, { label: name })).join(""));
  const run = stack.start("up");
  await vi.waitUntil(() => world.billedContracts().length === 3, { timeout: 40_000, interval: 50 });
  await kill(run);
  await stack.run("cancel --yes");
  world.advance(600 * 60);

  stack.write(["a", "b"].map((name) => instance(name, { label: name })).join(""));
  const { text } = await stack.up();
  const [taken = ""] = /Taking up contract (\d+)/.exec(text)?.slice(1) ?? [];
  expect(stack.resource("b").id).toBe(taken);
  const inState = ["a", "b"].map((name) => stack.resource(name).id);
  const [stray, ...others] = world.billedContracts().filter(({ id }) => !inState.includes(String(id)));
  expect(others).toEqual([]);
  expect(text).toContain(`\`vastai destroy instance ${stray?.id}\``);

  const destroy = await stack.destroy();
  expect(destroy.text).toContain(`\`vastai destroy instance ${stray?.id}\``);
  expect(world.billedContracts()).toMatchObject([{ id: stray?.id }]);
  await stack.call("DELETE", `/instances/${stray?.id}/`);
});
