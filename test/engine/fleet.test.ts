import { expect, it } from "vitest";
import { type TestStack, testStack } from "./pulumi.js";

const HOSTS = 6;
/** One stack lives through many runs. */
const LONG = { timeout: 300_000 };
const SECOND_MS = 1_000;
/** What the market of these tests takes to boot, in seconds of the world. */
const BOOT_SECONDS = 60;

function fleet(args: object, shared: object = {}): string {
  const instance = { offer: { gpuName: "RTX 4090" }, image: "ubuntu:22.04", diskGb: 20, ...shared };
  return `const workers = new vastai.Fleet("workers", ${JSON.stringify({ ...args, instance })});
exports.ids = workers.instanceIds;
exports.total = workers.totalDollarsPerHour;
exports.ssh = workers.sshCommands;
exports.sshConfig = workers.sshConfig;
`;
}

/** Ids of the contracts in the state, by the numbers of the fleet. */
function idsOf(stack: TestStack): number[] {
  return stack.outputs().ids as number[];
}

/** The times, in milliseconds, for which instances were away that are replaced: from the end of one contract until the next one ran. */
function timesAway({ world }: TestStack, before: readonly number[], after: readonly number[]): [number, number][] {
  return before.map((id, i) => [
    Date.parse(world.contract(id)?.destroyedAt ?? ""),
    Date.parse(world.contract(after[i] ?? 0)?.createdAt ?? "") + BOOT_SECONDS * SECOND_MS,
  ]);
}

/** The most of these times that overlap. */
function mostAtOnce(times: readonly [number, number][]): number {
  return Math.max(...times.map(([moment]) => times.filter(([from, to]) => from <= moment && moment < to).length));
}

it("spreads a fleet, grows and shrinks it without touching the others, and replaces it in turns", LONG, async () => {
  const stack = await testStack();
  const { world } = stack;
  // The cheapest three machines are of one host.
  const cheap = [0, 1, 2].map((i) => ({ dph_base: 0.2 + i / 100, host_id: 500, machine_id: 9000 + i }));
  const dear = Array.from({ length: HOSTS }, (_, i) => ({ dph_base: 0.4 + i / 100, host_id: 501 + i }));
  world.replaceOffers([...cheap, ...dear, ...dear]);
  const overrides = { 1: { diskGb: 40 } };

  // The children are made at the same time: were they to wait for each other, nothing would come up.
  stack.write(fleet({ count: 4, spread: "host", distinct: true, overrides }));
  await stack.up();
  const four = idsOf(stack);
  const billed = world.billedContracts();
  expect(billed.map(({ id }) => id).toSorted()).toEqual(four.toSorted());
  expect(new Set(billed.map(({ hostId }) => hostId)).size).toBe(4);
  expect(four.map((id) => world.contract(id)?.label?.split(" ")[0])).toEqual([0, 1, 2, 3].map((i) => `workers-${i}`));
  expect(four.map((id) => world.contract(id)?.diskGb)).toEqual([20, 40, 20, 20]);
  expect(stack.outputs().total).toBeCloseTo(world.view().billedPerHour, 4);
  const ssh = stack.outputs().ssh as string[];
  const [, port] = /-p (\d+)/.exec(ssh[2] ?? "") ?? [];
  expect(stack.outputs().sshConfig).toMatch(new RegExp(`Host workers-2\\n  HostName \\S+\\n  Port ${port}\\n`));
  expect(stack.resource("workers")).toMatchObject({ type: "vastai:index:Fleet", outputs: { instanceIds: four } });
  expect((await stack.preview()).steps).toEqual([]);

  stack.write(fleet({ count: 6, spread: "host", distinct: true, overrides }));
  const grown = await stack.up();
  expect(grown.steps.toSorted()).toEqual(["create workers-4", "create workers-5"]);
  const six = idsOf(stack);
  expect(six.slice(0, 4)).toEqual(four);
  expect(new Set(world.billedContracts().map(({ hostId }) => hostId)).size).toBe(6);

  stack.write(fleet({ count: 3, spread: "host", distinct: true, overrides, rolling: { maxUnavailable: 1 } }));
  const shrunk = await stack.up();
  expect(shrunk.steps.toSorted()).toEqual(["delete workers-3", "delete workers-4", "delete workers-5"]);
  const three = idsOf(stack);
  expect(three).toEqual(four.slice(0, 3));
  expect(world.billedContracts().map(({ id }) => id)).toEqual(three.toSorted());

  // One worker of the engine's is enough, since who waits holds back only itself.
  stack.write(fleet({ count: 3, overrides, rolling: { maxUnavailable: 1 } }, { generation: 2 }));
  const rolled = await stack.run("up --parallel 1");
  const after = idsOf(stack);
  expect(rolled.steps.filter((step) => step.startsWith("create-replacement"))).toHaveLength(3);
  expect(world.billedContracts().map(({ id }) => id)).toEqual(after.toSorted());
  expect(mostAtOnce(timesAway(stack, three, after))).toBe(1);
  expect(after.map((id) => world.contract(id)?.diskGb)).toEqual([20, 40, 20]);
  await stack.destroy();
});

it(
  "stops a rolling replacement at the first that does not come up, and at Ctrl-C, and goes on when that is mended",
  LONG,
  async () => {
    const stack = await testStack();
    const { world } = stack;
    const rolling = { count: 3, rolling: { maxUnavailable: 1 } };
    stack.write(fleet(rolling));
    await stack.up();
    const before = idsOf(stack);

    stack.write(fleet(rolling, { generation: 2, image: "does-not-exist:1" }));
    const { text } = await stack.failing("up");
    const kept = world.billedContracts().map(({ id }) => id);
    expect(kept).toHaveLength(2);
    expect(before).toEqual(expect.arrayContaining(kept));
    expect(text).toMatch(/rolling replacement of workers stopped: workers-\d did not come up/);

    stack.write(fleet(rolling, { generation: 2 }));
    await stack.up();
    const after = idsOf(stack);
    expect(world.billedContracts().map(({ id }) => id)).toEqual(after.toSorted());
    expect(after.filter((id) => before.includes(id))).toEqual([]);
    expect(
      mostAtOnce(
        timesAway(
          stack,
          kept,
          kept.map((id) => after[before.indexOf(id)] ?? 0),
        ),
      ),
    ).toBe(1);

    // Ctrl-C ends the waits; who has not begun keeps its machine.
    world.tell({ story: { boots: { afterMinutes: 600 } } });
    stack.write(fleet(rolling, { generation: 3 }));
    const contracts = world.contracts().length;
    const running = stack.start("up");
    await expect.poll(() => world.contracts().length, { timeout: 60_000 }).toBe(contracts + 1);
    running.kill("SIGINT");
    expect((await running.ended).exitCode).not.toBe(0);
    expect(after.filter((id) => world.contract(id)?.destroyedAt === null)).toHaveLength(2);
    expect(world.billedContracts()).toHaveLength(3);

    // Nor does a destroy wait for turns, be it one that runs the program before.
    await stack.run("destroy --run-program");
    expect(world.billedContracts()).toEqual([]);
  },
);
