// What the engine replaces without asking for a diff: it shows the old machine only when it deletes it.
import { expect, it } from "vitest";
import { trainer } from "./programs.js";
import { type TestStack, testStack } from "./pulumi.js";

const FINISHED_LABEL = /^trainer pulumi:[0-9a-f]{24}$/;

/** One machine runs under its own label and stands in the state, and those before it are ended. */
function expectReplaced({ world, resource }: TestStack, before: readonly number[]): number {
  const [contract, ...others] = world.billedContracts();
  expect(others).toEqual([]);
  expect(before).not.toContain(contract?.id);
  expect(contract).toMatchObject({ actualStatus: "running", label: expect.stringMatching(FINISHED_LABEL) });
  expect(resource("trainer")).toMatchObject({ id: String(contract?.id) });
  expect(resource("trainer").initErrors ?? []).toEqual([]);
  expect(world.contracts()).toHaveLength(before.length + 1);
  return contract?.id ?? 0;
}

it("replaces a machine by --replace and after a taint, and sees nothing to change then", async () => {
  const stack = await testStack();
  stack.write(trainer());
  await stack.up();
  const first = expectReplaced(stack, []);
  const { urn } = stack.resource("trainer");
  const { steps } = await stack.run(`up --replace ${urn}`);
  expect(steps).toContain("replace trainer");
  const second = expectReplaced(stack, [first]);
  await stack.run(`state taint ${urn} --yes`);
  await stack.up();
  expectReplaced(stack, [first, second]);
  expect((await stack.preview()).steps).toEqual([]);
  await stack.destroy();
});

it("replaces by --replace one that did not get ready, and takes it neither for lost nor for the new one", async () => {
  const stack = await testStack();
  const { world } = stack;
  world.tell({ times: 1, story: { boots: { afterMinutes: 600 } } });
  stack.write(trainer({ timeouts: { createMinutes: 2 } }));
  const failed = await stack.failing("up");
  expect(failed.text).toMatch(/is not ready after 2 min/);
  const { urn, id } = stack.resource("trainer");
  stack.write(trainer({ timeouts: { createMinutes: 20 } }));
  const run = await stack.run(`up --replace ${urn}`);
  expect(run.text).not.toMatch(/Taking up|stays/);
  expectReplaced(stack, [Number(id)]);
  await stack.destroy();
});
