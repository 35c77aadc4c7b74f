// What an update says on its way and leaves behind when it fails: what the user sees, and what the next run goes on from.
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { Bag } from "../../provider/engine/values.js";
import { anInstance, failureOf, HANDLER, type ProviderProcess, type TestWorld, testWorld } from "../support/harness.js";

const MINUTE_MS = 60_000;

let t: TestWorld;
let process: ProviderProcess;
let id: string;
let before: Bag;
const program = anInstance({ env: { MODE: "train" }, timeouts: { updateMinutes: 5 } });

beforeEach(async () => {
  t = await testWorld();
  onTestFinished(() => t.stop());
  process = t.process();
  ({ id, outs: before } = await process.up(program));
});

/** Updates as the engine does, from what the state has. */
async function update(changes: Bag, from: Bag = before) {
  const { inputs, failures } = await process.instance.check(from, { ...program, ...changes });
  expect(failures).toEqual([]);
  process.lines.length = 0;
  const done = process.instance.update(id, from, { ...inputs, __provider: HANDLER });
  // It may fail while the test does something else.
  done.catch(() => {});
  return done;
}

const progress = () => process.lines.filter(({ kind }) => kind === "passing").map(({ text }) => text);
const sent = (part: string) => t.world.view().requests.filter(({ path }) => path.includes(part)).length;

describe("an update says", () => {
  it("what it does, why it waits, for how long and at what price", async () => {
    await update({ image: "ubuntu:24.04" });
    const lines = progress();
    expect(lines[0]).toBe("making the container anew");
    for (const line of lines.slice(1)) expect(line).toMatch(/^\S.* · (\d+ min )?\d+ s · 0\.30\d \$\/h$/);
    expect(lines).toContainEqual(expect.stringMatching(/ · [0-9] s · /));
  });

  it("that it stops, and that it starts", async () => {
    const { outs } = await update({ targetState: "stopped" });
    expect(progress()[0]).toBe("stopping");
    await update({}, outs);
    expect(progress()[0]).toBe("starting");
  });
});

describe("an update that fails", () => {
  it("leaves in the state what was changed and what is known of the instance", async () => {
    t.world.tell({ story: { imageNotFound: true } });
    const failure = await failureOf(update({ image: "ubuntu:does-not-exist" }));
    expect(failure.id).toBe(id);
    expect(failure.properties).toMatchObject({
      image: "ubuntu:does-not-exist",
      instanceId: Number(id),
      gpuName: "RTX 4090",
      rentedAt: before.rentedAt,
      rentedDollarsPerHour: before.rentedDollarsPerHour,
    });
  });

  it("because the instance is destroyed while it waits says that nothing is billed, and how to go on", async () => {
    t.world.tell({ story: { boots: { afterMinutes: 4 } } });
    const updated = failureOf(update({ image: "ubuntu:24.04" }));
    await t.clock.sleep(2 * MINUTE_MS);
    t.world.act(Number(id), { do: "destroy" });
    expect((await updated).message).toMatch(
      /^Instance \d+ does not exist any more: .* Nothing is billed for it\. Run `pulumi up --refresh`/,
    );
  });

  it("because its GPU stays taken says that the start was taken back, what it costs, and the two ways on", async () => {
    const { outs } = await update({ targetState: "stopped" });
    t.world.takeGpusOf(Number(id));
    const failure = await failureOf(update({}, outs));
    expect(failure.message).toMatch(
      /could not start within 5 min: .* The start was taken back, so it stays stopped, in the stack\. It costs 0\.30\d \$\/h while running .* Run `pulumi up` to try again, or `pulumi destroy` to end it\.$/,
    );
  });

  it("because time is over, and it is not the GPU that is missing, takes no start back", async () => {
    t.world.tell({ story: { imageNeverPulls: true } });
    const failure = await failureOf(update({ image: "ubuntu:24.04" }));
    expect(failure.message).toMatch(/is not ready after 5 min: loading/);
    expect(t.world.billedContracts()).toMatchObject([{ intendedStatus: "running" }]);
  });
});

describe("an update sends", () => {
  it("a new name, and looks once, before it", async () => {
    const [lists, labels] = [sent("/api/v1/instances/"), sent(`/api/v0/instances/${id}/`)];
    await update({ label: "champion" });
    expect([sent("/api/v1/instances/") - lists, sent(`/api/v0/instances/${id}/`) - labels]).toEqual([1, 1]);
  });

  it("nothing in the place of a template's arguments and start script when it makes the container anew", async () => {
    const hash = t.world.addTemplate({ image: "ubuntu:22.04", onstart: "echo template", args_str: "serve" });
    const templateHash = t.world.templates().find(({ id: one }) => one === hash)?.hashId;
    const given = anInstance({ ownerToken: "d".repeat(12), image: undefined, templateHash });
    const { id: made, outs } = await process.up(given);
    const { inputs } = await process.instance.check(outs, { ...given, env: { MODE: "serve" } });
    await process.instance.update(made, outs, { ...inputs, __provider: HANDLER });
    expect(await process.account.look(Number(made))).toMatchObject({
      onstart: "echo template",
      image_args: ["serve"],
      extra_env: { MODE: "serve" },
    });
  });

  it("a bid, and does not fail when what it leads to cannot be read", async () => {
    const bidder = anInstance({ ownerToken: "c".repeat(12), bidDollarsPerHour: 0.2 });
    const { id: bid, outs } = await process.up(bidder);
    const { inputs } = await process.instance.check(outs, { ...bidder, bidDollarsPerHour: 0.25 });
    for (const on of ["GET /api/v1/instances/", "GET /api/v0/instances/*"])
      t.simulator.faults.add({ on, then: "auth-error", times: "always", skip: on.includes("v1") ? 1 : 0 });
    const { outs: after } = await process.instance.update(bid, outs, { ...inputs, __provider: HANDLER });
    expect(after.bidDollarsPerHour).toBe(0.25);
    expect(t.world.contract(Number(bid))?.dollarsPerHourNow).toBeCloseTo(0.25, 2);
  });

  it("an empty list for arguments that the program no longer has", async () => {
    const other = t.process();
    const args = anInstance({ args: ["serve"], ownerToken: "b".repeat(12), label: "server" });
    const { id: server, outs } = await other.up(args);
    const { args: _, ...without } = args;
    const { inputs } = await other.instance.check(outs, { ...without, runtype: "args" });
    await other.instance.update(server, outs, { ...inputs, __provider: HANDLER });
    expect((await other.account.look(Number(server)))?.image_args).toEqual([]);
  });

  it("no restart of a container that it makes anew or starts anyway", async () => {
    t.world.tell({ times: 1, story: { entrypointExits: { afterMinutes: 0.2 } } });
    await process.account.client.instances.reboot(Number(id));
    await t.clock.sleep(5 * MINUTE_MS);
    const exited = { ...before, drift: ["exited"] };
    const restarts = sent("/reboot/");
    t.world.tell({ story: { boots: { afterMinutes: 0.5 } } });
    await update({ image: "ubuntu:24.04", onDrift: { exited: "restart" } }, exited);
    expect([sent("/update_template/"), sent("/reboot/")]).toEqual([1, restarts]);
    const { outs } = await update({ targetState: "stopped" });
    await update({ onDrift: { exited: "restart" } }, { ...outs, drift: ["exited"] });
    expect(sent("/reboot/")).toBe(restarts);
  });

  it("a bid that changed although the program allows to raise it higher, when nothing was found", async () => {
    const bidder = anInstance({ ownerToken: "c".repeat(12), bidDollarsPerHour: 0.2 });
    const { id: bid, outs } = await process.up(bidder);
    const { inputs } = await process.instance.check(outs, {
      ...bidder,
      label: "champion",
      onDrift: { outbid: "raiseBid", maxBidDollarsPerHour: 2 },
    });
    process.lines.length = 0;
    await process.instance.update(bid, outs, { ...inputs, __provider: HANDLER });
    // A name needs no look after it, and nothing is said of bids.
    expect(sent("/bid_price/")).toBe(0);
    expect(process.lines.filter(({ kind }) => kind === "warning")).toEqual([]);
  });

  it("the same end of a time to live unless the program says another number of hours", async () => {
    const { outs } = await update({ timeToLiveHours: 8 });
    const { outs: same } = await update({ timeToLiveHours: 8, label: "champion" }, outs);
    expect(same.expiresAt).toBe(outs.expiresAt);
    const { outs: later } = await update({ timeToLiveHours: 9 }, same);
    expect(Date.parse(String(later.expiresAt))).toBeGreaterThan(Date.parse(String(same.expiresAt)) + 50 * MINUTE_MS);
  });
});
