import { expect, it, vi } from "vitest";
import { ALL, AT_ONCE_MS, FINISHED, type Interruptible, interruptible, kill, MOMENTS, pressCtrlC } from "./moments.js";
import type { TestStack } from "./pulumi.js";

const PENDING_LABEL = /^pulumi:[0-9a-f]{24}:pending$/;

it("loses nothing and rents nothing twice when it is killed before a search, during a rent, while booting, at a relabel and during a delete", async () => {
  const all = await interruptible();
  const { stack, contractOf } = all;
  const { world } = stack;
  all.write();
  await kill(await all.upToMoments());

  expect(made(stack)).toEqual([FINISHED]);
  expect(stack.state().pendingOperations).toHaveLength(MOMENTS.length);
  expect(contractOf("search")).toBeUndefined();
  expect(contractOf("rent")).toMatchObject({ label: expect.stringMatching(PENDING_LABEL) });
  expect(contractOf("boot")).toMatchObject({ label: expect.stringMatching(PENDING_LABEL) });
  expect(contractOf("relabel")).toMatchObject({ label: expect.stringMatching(finishedLabel("relabel")) });

  // Whatever is answered now, nobody is left who would go on.
  all.goOn();
  await stack.run("cancel --yes");
  expect(world.contracts()).toHaveLength(4);
  const { id: finishedId = 0 } = contractOf("relabel") ?? {};
  const refused = await stack.failing("up");
  expect(refused.text).toContain(`Set \`adoptInstanceId: ${finishedId}\` to take it over`);
  all.write({ relabel: { adoptInstanceId: finishedId } });
  const up = await stack.up();

  expectEachOnce(all);
  for (const name of ["rent", "boot"] as const) {
    expect(refused.text + up.text).toContain(`Taking up contract ${contractOf(name)?.id}`);
  }

  await kill(await all.destroyToMoment());
  expect(made(stack)).toEqual([...ALL].sort());
  expect(contractOf("search")?.destroyedAt).not.toBeNull();
  expect(world.billedContracts()).toHaveLength(ALL.length - 1);
  all.goOn();
  await stack.run("cancel --yes");
  await stack.destroy();
  expect(world.billedContracts()).toEqual([]);
  expect(made(stack)).toEqual([]);
});

it("ends at once on Ctrl-C before a search, during a rent, while booting, at a relabel and during a delete, with each contract in the state", async () => {
  const all = await interruptible();
  const { stack, contractOf } = all;
  const { world } = stack;
  all.write();
  const run = await all.upToMoments();
  const said = await pressCtrlC(run, async () => {
    // A rent on its way is never cut off: the run ends when its answer is there, and not before.
    const over = ["search", "boot", "relabel"].map((name) => `${name} **creating failed**`);
    await vi.waitUntil(() => over.every((line) => run.text().includes(line)), { timeout: AT_ONCE_MS });
    expect(made(stack)).not.toContain("rent");
    all.answer();
  });

  expect(contractOf("search")).toBeUndefined();
  expect(contractOf("rent")).toMatchObject({ label: expect.stringMatching(PENDING_LABEL) });
  expect(made(stack)).toEqual(["boot", FINISHED, "relabel", "rent"]);
  for (const name of ["rent", "boot", "relabel"] as const) {
    const id = String(contractOf(name)?.id);
    expect(stack.resource(name)).toMatchObject({ id, initErrors: [expect.stringContaining(id)] });
    expect(said).toContain(id);
  }
  expect(stack.state().pendingOperations).toEqual([]);

  all.goOn();
  const up = await stack.up();
  expect([...up.steps].sort()).toEqual(["create search", "update boot", "update relabel", "update rent"]);
  expectEachOnce(all);

  await pressCtrlC(await all.destroyToMoment());
  expect(made(stack)).toEqual([...ALL].sort());
  expect(contractOf("search")?.destroyedAt).not.toBeNull();
  expect(world.billedContracts()).toHaveLength(ALL.length - 1);
  all.goOn();
  await stack.destroy();
  expect(world.billedContracts()).toEqual([]);
  expect(made(stack)).toEqual([]);
});

/** Each machine was rented once in all, runs under its finished label, and stands in the state. */
function expectEachOnce({ stack, contractOf }: Interruptible): void {
  for (const name of ALL) {
    const contract = contractOf(name);
    expect(contract).toMatchObject({
      actualStatus: "running",
      destroyedAt: null,
      label: expect.stringMatching(finishedLabel(name)),
    });
    const { id, initErrors = [] } = stack.resource(name);
    expect({ id, initErrors }).toEqual({ id: String(contract?.id), initErrors: [] });
  }
  expect(stack.world.contracts()).toHaveLength(ALL.length);
}

/** The names of the instances in the state, sorted. */
function made(stack: TestStack): string[] {
  const instances = stack.state().resources.filter(({ type }) => type.endsWith("/vastai:Instance"));
  return instances.map(({ urn }) => urn.slice(urn.lastIndexOf("::") + 2)).sort();
}

function finishedLabel(name: string): RegExp {
  return new RegExp(`^${name} pulumi:[0-9a-f]{24}$`);
}
