import { expect, it } from "vitest";
import { instance, trainer } from "./programs.js";
import { testStack } from "./pulumi.js";

it("relabels, stops and starts the same machine", async () => {
  const stack = await testStack();
  const { world } = stack;
  stack.write(trainer());
  await stack.up();
  const [rented] = world.billedContracts();
  const mark = rented?.label?.replace("trainer ", "");

  stack.write(trainer({ label: "night shift" }));
  const relabelled = await stack.up();
  expect(world.contracts()).toMatchObject([{ id: rented?.id, label: `night shift ${mark}`, actualStatus: "running" }]);
  expect(relabelled.steps).toEqual(["update trainer"]);
  expect(stack.outputs()).toMatchObject({ label: "night shift" });

  stack.write(trainer({ label: "night shift", targetState: "stopped" }));
  const stopped = await stack.up();
  const [resting] = world.contracts();
  expect(resting).toMatchObject({ id: rented?.id, intendedStatus: "stopped", curState: "stopped" });
  expect(resting?.dollarsPerHourNow).toBeLessThan(0.01);
  expect(stopped.steps).toEqual(["update trainer"]);
  expect(stack.outputs()).not.toHaveProperty("ssh");
  expect((await stack.preview()).steps).toEqual([]);

  stack.write(trainer({ label: "night shift" }));
  await stack.up();
  expect(world.contracts()).toMatchObject([{ id: rented?.id, intendedStatus: "running", actualStatus: "running" }]);
  expect(stack.outputs().ssh).toMatch(/^ssh -p \d+ root@/);
  await stack.destroy();
});

it("makes the container anew for another image, environment, start script or ports, on the same contract", async () => {
  const stack = await testStack();
  const { world } = stack;
  stack.write(trainer());
  await stack.up();
  const [rented] = world.billedContracts();
  const id = rented?.id ?? 0;

  stack.write(trainer({ image: "ubuntu:24.04" }));
  const otherImage = await stack.up();
  expect(world.contracts()).toMatchObject([
    { id, image: "ubuntu:24.04", actualStatus: "running", label: rented?.label },
  ]);
  expect(otherImage.steps).toEqual(["update trainer"]);

  stack.write(
    trainer({ image: "ubuntu:24.04", env: { MODE: "train" }, onstart: "date > /root/started", ports: [8080] }),
  );
  await stack.up();
  expect(world.contracts()).toMatchObject([{ id, actualStatus: "running" }]);
  const row = await stack.row(id);
  expect(row).toMatchObject({ onstart: "date > /root/started" });
  expect(row.extra_env).toEqual(
    expect.arrayContaining([
      ["MODE", "train"],
      ["-p 8080:8080", "1"],
    ]),
  );
  expect(stack.resource("trainer").outputs.publicPorts).toHaveProperty("8080/tcp");
  expect((await stack.preview()).steps).toEqual([]);

  stack.write(trainer({ image: "ubuntu:24.04" }));
  await stack.up();
  const cleared = await stack.row(id);
  expect(cleared).toMatchObject({ onstart: "", extra_env: [] });
  expect(world.contracts()).toHaveLength(1);
  await stack.destroy();
});

it("replaces the machine for another disk: the new one is rented before the old one ends, and is not the old one", async () => {
  const stack = await testStack();
  const { world } = stack;
  stack.write(trainer({ diskGb: 20 }));
  await stack.up();
  stack.write(trainer({ diskGb: 40 }));
  const up = await stack.up();

  const [old, next, ...others] = world.contracts();
  expect(others).toEqual([]);
  expect(next).toMatchObject({ diskGb: 40, destroyedAt: null, label: old?.label, actualStatus: "running" });
  expect(Date.parse(old?.destroyedAt ?? "")).toBeGreaterThan(Date.parse(next?.createdAt ?? ""));
  expect(up.steps).toEqual(["create-replacement trainer", "replace trainer", "delete-replaced trainer"]);
  expect(stack.resource("trainer").id).toBe(String(next?.id));
  await stack.destroy();
});

it("changes a bid in place", async () => {
  const stack = await testStack();
  const { world } = stack;
  const bidding = (bidDollarsPerHour: number) => instance("trainer", { bidDollarsPerHour });
  stack.write(bidding(0.2));
  await stack.up();
  const [rented] = world.contracts();
  expect(rented).toMatchObject({ isBid: true, actualStatus: "running" });
  const disk = (rented?.dollarsPerHourNow ?? 0) - 0.2;

  stack.write(bidding(0.25));
  const up = await stack.up();
  const [raised, ...others] = world.contracts();
  expect(others).toEqual([]);
  expect(raised?.dollarsPerHourNow).toBeCloseTo(0.25 + disk, 6);
  expect(up.steps).toEqual(["update trainer"]);
  expect(stack.resource("trainer").outputs.dollarsPerHour).toBeCloseTo(0.25 + disk, 5);
  await stack.destroy();
});
