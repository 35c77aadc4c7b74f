import { expect, it } from "vitest";
import { instance, trainer } from "./programs.js";
import { testStack } from "./pulumi.js";

const FINISHED_LABEL = /^trainer pulumi:[0-9a-f]{24}$/;

it("keeps a machine that was not ready in time, and goes on waiting with the next up", async () => {
  const stack = await testStack();
  const { world } = stack;
  world.tell({ story: { boots: { afterMinutes: 600 } } });
  stack.write(trainer({ timeouts: { createMinutes: 2 } }));
  const first = await stack.failing("up");

  const [contract, ...others] = world.billedContracts();
  expect(others).toEqual([]);
  // It stands in the state, so nobody is to take it up.
  expect(contract).toMatchObject({ actualStatus: "loading", label: expect.stringMatching(FINISHED_LABEL) });
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

it("finds the machines whose rents lost their answers, though lists show them late, and rents no second ones", async () => {
  const stack = await testStack();
  const { world, simulator } = stack;
  world.settings.listLagSeconds = 30;
  const lost = ["hang-up-after", "500-after", "not-json"] as const;
  simulator.faults.add(...lost.map((then) => ({ on: "PUT /api/v0/asks/*/", then })));
  const names = lost.map((_, i) => `worker${i}`);
  stack.write(names.map((name) => instance(name)).join(""));
  const up = await stack.up();

  expect(simulator.faults.pending()).toEqual([]);
  const contracts = world.contracts();
  expect(contracts.map(({ label }) => label?.split(" ")[0]).sort()).toEqual(names);
  for (const { id, offerId, destroyedAt, actualStatus, label = "" } of contracts) {
    expect({ destroyedAt, actualStatus }).toEqual({ destroyedAt: null, actualStatus: "running" });
    expect(stack.resource(label?.split(" ")[0] ?? "").id).toBe(String(id));
    expect(up.text).toContain(`The answer to renting offer ${offerId} was lost`);
  }
  await stack.destroy();
});

it("accounts for all candidates when none could be kept: what it cost and why each failed, and nothing is billed", async () => {
  let onSearch = () => {};
  const onRequest = ({ path }: { path: string }) => path === "/api/v0/bundles/" && onSearch();
  const stack = await testStack({ world: { onRequest } });
  await stack.run("config set vastai:previewPrices false");
  const { world } = stack;
  const [taken = 0] = world.offers().map(({ id }) => id);
  // Somebody is faster than the program: the search still shows the offer.
  onSearch = () => {
    onSearch = () => {};
    world.takeOffer(taken);
  };
  // What is told last comes first.
  world.tell({ times: 1, story: { ociError: true } });
  world.tell({ times: 1, story: { noSpace: true } });
  // A disk so large that what it costs can be read.
  stack.write(trainer({ maxAttempts: 3, diskGb: 500 }));
  const { lines } = await stack.failing("up");

  const rented = world.contracts();
  expect(rented).toHaveLength(2);
  const [full, broken] = rented.map(({ offerId }) => offerId);
  expect(world.billedContracts()).toEqual([]);
  const [account = "", ...others] = lines.filter(
    (line) => line.includes(String(taken)) && line.includes("offers tried"),
  );
  expect(others).toEqual([]);
  expect(account).toMatch(/^trainer: None of the 3 offers tried/);
  expect(account).toMatch(new RegExp(`${taken} \\(0\\.\\d{3} \\$/h\\): taken before`));
  expect(account).toMatch(new RegExp(`${full} \\(0\\.\\d{3} \\$/h\\): did not boot: .*no space left`));
  expect(account).toMatch(new RegExp(`${broken} \\(0\\.\\d{3} \\$/h\\): did not boot: .*nvidia-container-cli`));
  const told = [...account.matchAll(/about (\d\.\d+) \$/g)].map(([, dollars]) => Number(dollars));
  expect(told).toHaveLength(rented.length);
  for (const [i, { dollarsBilled }] of rented.entries()) {
    expect(told[i]).toBeGreaterThan(0);
    expect(told[i]).toBeCloseTo(dollarsBilled, 3);
  }
  expect(account).toContain("is not billed any more");
  expect(stack.state().resources.filter(({ type }) => type.includes("vastai"))).toEqual([]);
});
