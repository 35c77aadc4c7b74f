import { once } from "node:events";
import { connect } from "node:net";
import { expect, it } from "vitest";
import { trainer } from "./programs.js";
import { testStack } from "./pulumi.js";

it("rents one machine that answers on SSH at the price it tells, and gives it back", async () => {
  const stack = await testStack({ world: { reachable: true } });
  stack.write(trainer());
  const up = await stack.up();

  const [contract, ...others] = stack.world.contracts();
  expect(others).toEqual([]);
  expect(contract).toMatchObject({
    label: expect.stringMatching(/^trainer pulumi:[0-9a-f]{24}$/),
    actualStatus: "running",
  });
  expect(contract?.offerId).toBe(45_000_001);
  expect(up.steps).toEqual(["create trainer"]);
  expect(up.lines.filter((line) => /^trainer: (?:searching|renting)\b/.test(line))).toEqual([
    expect.stringMatching(/^trainer: searching: /),
    "trainer: renting offer 45000001 at 0.304 $/h",
  ]);
  const { ssh, dollarsPerHour } = stack.outputs();
  expect(await bannerBehind(String(ssh))).toMatch(/^SSH-2\.0-/);
  expect(dollarsPerHour).toBeCloseTo(contract?.dollarsPerHourNow ?? 0, 6);
  expect(stack.resource("trainer")).toMatchObject({ id: String(contract?.id) });

  const destroy = await stack.destroy();
  expect(stack.world.billedContracts()).toEqual([]);
  expect(destroy.steps).toEqual(["delete trainer"]);
  expect(destroy.lines).toContain(`trainer: destroying instance ${contract?.id}`);
  expect(stack.state().resources).toEqual([]);
});

it("previews without a key and without a server", async () => {
  const stack = await testStack();
  stack.write(trainer());
  const withoutKey = await stack.preview({ VAST_API_KEY: undefined });
  const withoutBoth = await stack.preview({ VAST_API_KEY: undefined, VAST_URL: "http://127.0.0.1:1" });

  // A search needs no key; nothing else may be asked.
  expect(stack.world.view().requests.filter(({ path }) => path !== "/api/v0/bundles/")).toEqual([]);
  expect(withoutKey.steps).toEqual(["create trainer"]);
  expect(withoutBoth.steps).toEqual(["create trainer"]);
});

it("says without a key where to put it, and rents nothing", async () => {
  const stack = await testStack();
  stack.write(trainer());
  const up = await stack.failing("up", { VAST_API_KEY: undefined });

  expect(stack.world.contracts()).toEqual([]);
  expect(up.text).toContain("pulumi config set --secret vastai:apiKey");
  expect(stack.state().resources.filter(({ type }) => type.includes("vastai"))).toEqual([]);
});

it("sees nothing to change, also when the market has moved", async () => {
  const stack = await testStack();
  const { world } = stack;
  world.tell({ story: { boots: { afterMinutes: 1 }, priceRises: { afterMinutes: 60, toDollarsPerHour: 0.9 } } });
  stack.write(trainer({ maxDollarsPerHour: 0.5 }));
  await stack.up();
  const before = await stack.preview();
  world.replaceOffers([{ dph_base: 0.05 }, { dph_base: 0.06 }]);
  world.advance(3600);
  const cheaper = await stack.preview();
  const refresh = await stack.refresh();
  const dearer = await stack.preview();

  expect(world.contracts()).toHaveLength(1);
  for (const run of [before, cheaper, refresh, dearer]) expect(run.steps).toEqual([]);
  expect(stack.resource("trainer").outputs.dollarsPerHour).toBeCloseTo(0.9, 1);
  await stack.destroy();
});

/** The first line of what listens at the address of an `ssh` command. */
async function bannerBehind(command: string): Promise<string> {
  const [, port, host] = /^ssh -p (\d+) root@(\S+)$/.exec(command) ?? [];
  const socket = connect(Number(port), host);
  try {
    const [data] = await once(socket, "data");
    return String(data);
  } finally {
    socket.destroy();
  }
}
