import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Bag } from "../../provider/engine/values.js";
import type { ContractView } from "../../simulator/snapshot.js";
import { anInstance, failureOf, HANDLER, type ProviderProcess, type TestWorld, testWorld } from "../support/harness.js";

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld({ offers: 0 });
});
afterEach(() => t.stop());

/** One child as a fleet describes it. */
function child(number: number, placement: Bag, more: Bag = {}): Bag {
  const ownerToken = `0123456789a${number.toString(16)}`;
  return anInstance({ label: `workers-${number}`, ownerToken, placement: { group: "workers", ...placement }, ...more });
}

/** Six children at the same time, as the engine makes them. */
function upAll(process: ProviderProcess, placement: Bag, count = 6, more: Bag = {}) {
  return Promise.all(Array.from({ length: count }, (_, i) => process.up(child(i, placement, more))));
}

/** What the engine shows of a child that is in the state and stays as it is. */
async function showAgain(process: ProviderProcess, made: { id: string; outs: Bag }, inputs: Bag): Promise<void> {
  const { inputs: checked } = await process.instance.check(inputs, inputs);
  await process.instance.diff(made.id, made.outs, { ...checked, __provider: HANDLER });
}

/** How often each value of a key stands among the contracts that are billed. */
function uses(key: (contract: ContractView) => unknown): number[] {
  const counts = new Map<unknown, number>();
  for (const contract of t.world.billedContracts()) counts.set(key(contract), (counts.get(key(contract)) ?? 0) + 1);
  return [...counts.values()].toSorted();
}

describe("instances of one group, rented at the same time", () => {
  it("take the cheapest when nothing keeps them apart", async () => {
    for (let i = 0; i < 6; i += 1) t.world.addOffer({ machine_id: 7, dph_base: 0.2 + i / 100 });
    for (let i = 0; i < 6; i += 1) t.world.addOffer({ dph_base: 0.5 + i / 100 });
    await upAll(t.process(), {});
    expect(uses(({ machineId }) => machineId)).toEqual([6]);
  });

  it("spread over machines, the cheap one twice when there are too few", async () => {
    for (let i = 0; i < 6; i += 1) t.world.addOffer({ machine_id: 7, dph_base: 0.2 + i / 100 });
    for (let i = 0; i < 4; i += 1) t.world.addOffer({ dph_base: 0.5 + i / 100 });
    await upAll(t.process(), { spread: "machine" });
    expect(uses(({ machineId }) => machineId)).toEqual([1, 1, 1, 1, 2]);
    expect(t.world.billedContracts().filter(({ machineId }) => machineId === 7)).toHaveLength(2);
  });

  it("spread over hosts, where each has several machines", async () => {
    for (let i = 0; i < 12; i += 1) t.world.addOffer({ host_id: 500 + (i % 3), dph_base: 0.2 + (i % 3) / 10 });
    await upAll(t.process(), { spread: "host" });
    expect(uses(({ hostId }) => hostId)).toEqual([2, 2, 2]);
    expect(uses(({ machineId }) => machineId)).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it("spread over countries, though the cheapest are all in one", async () => {
    for (let i = 0; i < 8; i += 1) t.world.addOffer({ geolocation: "Germany, DE", dph_base: 0.2 + i / 100 });
    for (const [i, geolocation] of ["Ohio, US", "Quebec, CA", "Japan, JP"].entries())
      t.world.addOffer({ geolocation, dph_base: 0.5 + i / 100 });
    const made = await upAll(t.process(), { spread: "country" }, 4);
    expect(made.map(({ outs }) => String(outs.geolocation).slice(-2)).toSorted()).toEqual(["CA", "DE", "JP", "US"]);
  });

  it("are on machines of their own where they are to be distinct, and the one for whom none is left rents nothing", async () => {
    for (let i = 0; i < 9; i += 1) t.world.addOffer({ machine_id: 7 + (i % 3), dph_base: 0.2 + i / 100 });
    const process = t.process();
    const ups = [0, 1, 2, 3].map((i) => process.up(child(i, { distinct: true })));
    const results = await Promise.allSettled(ups);
    expect(uses(({ machineId }) => machineId)).toEqual([1, 1, 1]);
    const failed = results.filter(({ status }) => status === "rejected");
    expect(failed).toHaveLength(1);
    expect(failed[0]).toMatchObject({
      reason: {
        message: expect.stringMatching(
          /^\d offers on 3 machines fit, and instances of workers have all of these machines, which `distinct` keeps apart\. Nothing was rented for this one/,
        ),
      },
    });
    // Whoever is not of the group takes what there is.
    await process.up(anInstance());
    expect(t.world.billedContracts()).toHaveLength(4);
  });

  it("keep the machine of one that is up already in the same run", async () => {
    for (let i = 0; i < 2; i += 1) t.world.addOffer({ machine_id: 7, dph_base: 0.2 + i / 100 });
    t.world.addOffer({ machine_id: 8, dph_base: 0.9 });
    const process = t.process();
    for (const i of [0, 1]) await process.up(child(i, { distinct: true }));
    expect(uses(({ machineId }) => machineId)).toEqual([1, 1]);
  });

  it("keep the machine of a contract that one takes up again after its run was killed", async () => {
    for (let i = 0; i < 2; i += 1) t.world.addOffer({ machine_id: 7, dph_base: 0.2 + i / 100 });
    t.world.addOffer({ machine_id: 8, dph_base: 0.9 });
    t.world.settings.bootMinutes = [10, 10];
    const killed = t.process();
    const creating = failureOf(killed.up(child(0, { distinct: true })));
    await t.clock.sleep(60_000);
    killed.cancel();
    await creating;

    const process = t.process();
    const first = process.up(child(0, { distinct: true }));
    await t.clock.sleep(30_000);
    const second = process.up(child(1, { distinct: true }));
    expect((await Promise.all([first, second])).map(({ outs }) => outs.machineId)).toEqual([7, 8]);
    expect(t.world.contracts()).toHaveLength(2);
  });

  it("are told what was tried and billed, when the only machine that is left for one does not boot", async () => {
    for (const machine_id of [7, 7, 8]) t.world.addOffer({ machine_id, dph_base: machine_id / 10 });
    const process = t.process();
    await process.up(child(0, { distinct: true }));
    t.world.tell({ machineId: 8, story: { noSpace: true } });
    const failing = failureOf(process.up(child(1, { distinct: true })));
    const offered = () => t.world.offers().find(({ machineId }) => machineId === 8);
    while (offered()) await t.clock.sleep(100);
    while (!offered()) await t.clock.sleep(100);
    t.world.takeOffer(offered()?.id ?? 0);
    const { message } = await failing;
    expect(message).toMatch(
      /None of the 1 offers tried could be kept.* \(0\.80\d \$\/h\): did not boot: .*was given back/s,
    );
    expect(t.world.billedContracts()).toMatchObject([{ machineId: 7 }]);
  });

  it("keep a machine for nobody whose rent failed", async () => {
    t.world.addOffer({ machine_id: 7, dph_base: 0.2 });
    t.world.addOffer({ machine_id: 8, dph_base: 0.3 });
    const process = t.process();
    t.world.tell({ image: "ubuntu:broken", story: { imageNotFound: true } });
    const failing = failureOf(process.up(child(0, { distinct: true }, { image: "ubuntu:broken" })));
    expect((await failing).message).toContain("did not boot because of what it was asked to run");
    await Promise.all([1, 2].map((i) => process.up(child(i, { distinct: true }))));
    expect(uses(({ machineId }) => machineId)).toEqual([1, 1]);
  });
});

describe("a group that grows in a later run", () => {
  it("keeps new ones off the machines that the state shows", async () => {
    for (let i = 0; i < 20; i += 1) t.world.addOffer({ machine_id: 7, dph_base: 0.2 + i / 100 });
    t.world.addOffer({ machine_id: 8, dph_base: 0.9 });
    const made = await t.process().up(child(0, { distinct: true }));
    expect(made.outs.machineId).toBe(7);

    const next = t.process();
    await showAgain(next, made, child(0, { distinct: true }));
    const { outs } = await next.up(child(1, { distinct: true }));
    expect(outs.machineId).toBe(8);
  });

  it("waits for those that the engine shows only after its create has begun", async () => {
    for (let i = 0; i < 6; i += 1) t.world.addOffer({ machine_id: 6 + (i % 3), dph_base: 0.2 + i / 100 });
    t.world.addOffer({ machine_id: 9, dph_base: 0.9 });
    const before = await upAll(t.process(), { distinct: true }, 3);
    const next = t.process();
    const creating = next.up(child(3, { distinct: true }));
    // Meanwhile it asks about others.
    for (let i = 0; i < 22; i += 1) {
      await t.clock.sleep(400);
      await next.instance.check({}, anInstance());
    }
    for (const [i, made] of before.entries()) await showAgain(next, made, child(i, { distinct: true }));
    expect((await creating).outs.machineId).toBe(9);
    const rents = next.lines.map(({ text }) => text).filter((text) => text.startsWith("renting offer"));
    expect(rents.filter((text) => !text.endsWith(" at 0.902 $/h"))).toEqual([]);
  });

  it("counts the machine that a replacement is about to leave, until it is destroyed", async () => {
    for (let i = 0; i < 4; i += 1) t.world.addOffer({ machine_id: 7, dph_base: 0.2 + i / 100 });
    t.world.addOffer({ machine_id: 8, dph_base: 0.9 });
    const inputs = child(0, { distinct: true });
    const made = await t.process().up(inputs);

    // The new one first: the old machine exists still.
    const next = t.process();
    await showAgain(next, made, { ...inputs, generation: 2 });
    const second = await next.up({ ...inputs, generation: 2 });
    expect(second.outs.machineId).toBe(8);
    await next.instance.delete(made.id, made.outs);

    // The old one first, with `deleteBeforeReplace`: its machine is free.
    const last = t.process();
    await showAgain(last, second, { ...inputs, generation: 3 });
    await last.instance.delete(second.id, second.outs);
    t.world.addOffer({ machine_id: 8, dph_base: 0.1 });
    expect((await last.up({ ...inputs, generation: 3 })).outs.machineId).toBe(8);
  });

  it("does not count what a refresh found gone", async () => {
    t.world.addOffer({ machine_id: 7, dph_base: 0.2 });
    t.world.addOffer({ machine_id: 7, dph_base: 0.2 });
    const made = await t.process().up(child(0, { distinct: true }));
    t.world.act(Number(made.id), { do: "destroy" });
    t.clock.advance(600_000);
    const next = t.process();
    expect(await next.instance.read(made.id, made.outs)).toEqual({});
    expect((await next.up(child(1, { distinct: true }))).outs.machineId).toBe(7);
  });
});
