import { expect, it, vi } from "vitest";
import { isAlive } from "./processes.js";
import { trainer } from "./programs.js";
import { type TestStack, testStack } from "./pulumi.js";

/** Long enough for a loaded machine; what is waited for takes a fraction of it. */
const PATIENCE = { timeout: 30_000, interval: 20 };
const PENDING_LABEL = /^pulumi:[0-9a-f]{12}:pending$/;
const FINISHED_LABEL = /^trainer pulumi:[0-9a-f]{12}$/;

it("keeps a machine that was not ready in time, and goes on waiting with the next up", async () => {
  const stack = await testStack();
  const { world } = stack;
  world.tell({ story: { boots: { afterMinutes: 600 } } });
  stack.write(trainer({ timeouts: { createMinutes: 2 } }));
  const first = await stack.failing("up");

  const [contract, ...others] = world.billedContracts();
  expect(others).toEqual([]);
  expect(contract).toMatchObject({ actualStatus: "loading", label: expect.stringMatching(PENDING_LABEL) });
  expect(first.text).toContain(`Instance ${contract?.id} is not ready after 2 min`);
  expect(stack.resource("trainer")).toMatchObject({
    id: String(contract?.id),
    initErrors: [expect.stringContaining("not ready")],
  });

  world.advance(600 * 60);
  const second = await stack.up();
  expect(world.contracts()).toMatchObject([
    { id: contract?.id, actualStatus: "running", label: expect.stringMatching(FINISHED_LABEL) },
  ]);
  expect(second.steps).toEqual(["update trainer"]);
  expect(stack.resource("trainer").initErrors ?? []).toEqual([]);
  expect(stack.outputs().ssh).toMatch(/^ssh -p/);
  expect((await stack.preview()).steps).toEqual([]);
  await stack.destroy();
});

it("ends at once on Ctrl-C with the id in the state, and goes on waiting with the next up", async () => {
  const stack = await testStack();
  const { world } = stack;
  world.tell({ story: { boots: { afterMinutes: 600 } } });
  stack.write(trainer({ timeouts: { createMinutes: 1440, updateMinutes: 1440 } }));
  const interrupted = stack.start("up");
  await loading(stack);
  const pressedAt = Date.now();
  interrupted.kill("SIGINT");
  const { exitCode, text } = await interrupted.ended;

  expect(Date.now() - pressedAt).toBeLessThan(3_000);
  const [contract, ...others] = world.billedContracts();
  expect(others).toEqual([]);
  expect(exitCode).not.toBe(0);
  expect(text).toContain(`The run was cancelled while instance ${contract?.id} was not ready yet`);
  expect(stack.resource("trainer")).toMatchObject({
    id: String(contract?.id),
    initErrors: [expect.stringContaining("cancelled")],
  });
  expect(stack.state().pendingOperations).toEqual([]);

  const resumed = stack.start("up");
  await loading(stack);
  world.advance(600 * 60);
  expect(await resumed.ended).toMatchObject({ exitCode: 0, steps: ["update trainer"] });
  expect(world.contracts()).toMatchObject([
    { id: contract?.id, actualStatus: "running", label: expect.stringMatching(FINISHED_LABEL) },
  ]);
  await stack.destroy();
});

it("takes up the machine of a run that was killed, be it while renting or while booting, and never rents a second", async () => {
  const stack = await testStack();
  const { world } = stack;
  world.tell({ story: { boots: { afterMinutes: 600 } } });
  stack.write(trainer({ timeouts: { createMinutes: 1440 } }));

  // The contract comes to be, and its answer does not arrive before the end.
  stack.simulator.faults.add({ on: "PUT /api/v0/asks/*/", then: "slow", seconds: 86_400 });
  await killed(stack, () => rented(stack));
  await stack.run("cancel --yes");
  await killed(stack, () => loading(stack));
  const [contract, ...others] = world.contracts();
  expect(others).toEqual([]);
  expect(contract).toMatchObject({ label: expect.stringMatching(PENDING_LABEL), destroyedAt: null });
  expect(stack.state().pendingOperations).not.toEqual([]);

  await stack.run("cancel --yes");
  world.advance(600 * 60);
  const up = await stack.up();
  expect(world.contracts()).toMatchObject([
    { id: contract?.id, actualStatus: "running", label: expect.stringMatching(FINISHED_LABEL) },
  ]);
  expect(up.text).toContain(`Taking up contract ${contract?.id}`);
  expect(stack.resource("trainer").id).toBe(String(contract?.id));
  await stack.destroy();
});

/** Until there is a contract. */
async function rented({ world }: TestStack): Promise<void> {
  await vi.waitUntil(() => world.contracts().length > 0, PATIENCE);
}

/** Until a provider that has just been started waits for a contract that boots. */
async function loading(stack: TestStack): Promise<void> {
  const { world } = stack;
  const looks = () => world.view().requests.filter(({ path }) => path === "/api/v1/instances/").length;
  const before = looks();
  await rented(stack);
  await vi.waitUntil(() => looks() > before + 5 && world.contracts()[0]?.actualStatus === "loading", PATIENCE);
}

/** Runs `up`, kills the CLI at a moment, and waits for the end of the provider process. */
async function killed(stack: TestStack, moment: () => Promise<void>): Promise<void> {
  const run = stack.start("up");
  await moment();
  const provider = run.processes().find(({ command }) => command.includes("cmd/dynamic-provider"));
  expect(provider).toBeDefined();
  run.kill("SIGKILL");
  await run.ended;
  await vi.waitUntil(() => !isAlive(provider?.pid ?? 0), { timeout: 5_000, interval: 20 });
}
