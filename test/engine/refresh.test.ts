import { expect, it } from "vitest";
import { instance, trainer } from "./programs.js";
import { testStack } from "./pulumi.js";

it("forgets a machine that was destroyed in the console, and rents a new one with the next up", async () => {
  const stack = await testStack();
  const { world } = stack;
  stack.write(trainer());
  await stack.up();
  const [first] = world.billedContracts();
  world.act(first?.id ?? 0, { do: "destroy" });
  expect((await stack.refresh()).text).toMatch(
    /warning: Instance \d+ is gone: somebody destroyed it, .* Nothing is billed for it any more, .* The next `pulumi up` rents a new one\./,
  );
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

it("says what was changed in the console, and sets it back, but starts nothing that somebody stopped", async () => {
  const stack = await testStack();
  const { world } = stack;
  stack.write(trainer());
  await stack.up();
  const [rented] = world.billedContracts();
  const id = rented?.id ?? 0;
  world.act(id, { do: "label", label: "whose is this?" });
  world.act(id, { do: "stop" });
  world.advance(60);

  const { text } = await stack.refresh();
  expect(text).toMatch(
    /warning: Instance \d+ is stopped, and the program wants it to run: .* Its disk is billed on, 0\.00\d+ \$\/h\./,
  );
  expect(text).toMatch(/warning: Instance \d+ was changed outside: `label` was "trainer" and is "whose is this\?"/);
  expect(world.contract(id)).toMatchObject({ label: "whose is this?", curState: "stopped" });
  expect(stack.resource("trainer").outputs).toMatchObject({ targetState: "running", drift: ["stopped"] });
  const preview = await stack.preview();
  expect(preview.steps).toEqual(["update trainer"]);
  expect(preview.text).toMatch(/is stopped, .* `onDrift: \{ stopped: "start" \}` has `pulumi up` start it/);

  await stack.up();
  expect(world.contracts()).toMatchObject([{ id, label: rented?.label, curState: "stopped" }]);
  // It stays so, and stays said.
  const again = await stack.up();
  expect(again.steps).toEqual([]);
  expect(again.text).toMatch(/warning: Instance \d+ is stopped/);

  stack.write(trainer({ onDrift: { stopped: "start" } }));
  const started = await stack.up();
  expect(started.steps).toEqual(["update trainer"]);
  expect(started.text).toMatch(
    /As `onDrift\.stopped` says, `pulumi up` starts it, and its GPU is billed again, 0\.30\d \$\/h/,
  );
  expect(world.contracts()).toMatchObject([{ id, actualStatus: "running" }]);
  expect(stack.outputs()).toMatchObject({ label: "trainer", status: "running" });
  await stack.destroy();
});

it("names a verdict while it holds, and nothing comes of it when it is over", async () => {
  const stack = await testStack();
  const { world } = stack;
  world.tell({ story: { outbid: { afterMinutes: 30, forMinutes: 120 } } });
  const onDrift = { outbid: "raiseBid", maxBidDollarsPerHour: 0.5 };
  stack.write(`${instance("trainer", { bidDollarsPerHour: 0.2, onDrift })}
const fleet = new vastai.Fleet("fleet", { count: 1, instance: ${JSON.stringify({ offer: { gpuName: "RTX 4090" }, image: "ubuntu:22.04" })} });
exports.total = fleet.totalDollarsPerHour;
`);
  await stack.up();
  const [bid, member] = world.billedContracts().toSorted((a, b) => Number(b.isBid) - Number(a.isBid));
  world.act(member?.id ?? 0, { do: "stop" });
  world.advance(3600);
  expect((await stack.refresh()).text).toMatch(
    /warning: Instance \d+ was outbid: somebody pays more than 0\.200 \$\/h \(least bid now 0\.301 \$\/h\)\. Its data is kept\./,
  );
  expect(stack.resource("trainer").outputs).toMatchObject({
    drift: ["outbid"],
    driftSince: { outbid: expect.any(String) },
  });
  const preview = await stack.preview();
  expect(preview.steps).toEqual(["update trainer"]);
  expect(preview.text).toMatch(/As `onDrift\.outbid` says, `pulumi up` raises the bid to 0\.316 \$\/h/);

  world.advance(2 * 3600);
  expect(world.contract(bid?.id ?? 0)).toMatchObject({ curState: "running" });
  const up = await stack.up();
  expect(up.steps).toEqual([]);
  expect(up.text).not.toMatch(/outbid/);
  expect((await stack.row(bid?.id ?? 0)).dph_base).toBe(0.2);
  // A member that is stopped costs its disk, whatever the program wants.
  expect(stack.outputs().total).toBeCloseTo(world.contract(member?.id ?? 0)?.dollarsPerHourNow ?? 0, 5);
  await stack.destroy();
});
