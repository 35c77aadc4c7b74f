// A refresh may be days old: what it has found is looked at once more before anything comes of it.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { anInstance, type ProviderProcess, type TestWorld, testWorld } from "../support/harness.js";
import { aRaisableBid, DAY, HOUR, MINUTE, preview, refresh, type Subject, sent, up, withFate } from "./drift-given.js";

let t: TestWorld;
let process: ProviderProcess;
beforeEach(async () => {
  t = await testWorld();
  process = t.process();
});
afterEach(() => t.stop());

const bidOf = async ({ id }: Subject) => (await t.process().account.look(Number(id)))?.dph_base;
const lists = () => t.world.view().requests.filter(({ path }) => path.startsWith("/api/v1/instances/")).length;

const REPLACING = anInstance({ onDrift: { offline: "replace" } });

/** An instance whose host went offline and was found so twenty minutes ago, with the time that is needed to replace it. */
async function offline(program = REPLACING, forMinutes?: number): Promise<Subject> {
  const hostGoesOffline = { afterMinutes: 20, ...(forMinutes === undefined ? {} : { forMinutes }) };
  const subject = await withFate(t, process, program, { hostGoesOffline }, 25 * MINUTE);
  await refresh(process, subject);
  await t.clock.sleep(20 * MINUTE);
  return subject;
}

describe("a drift that is over by the next up", () => {
  it("raises no bid of an instance that runs again", async () => {
    const story = { outbid: { afterMinutes: 30, forMinutes: 60 } };
    const subject = await withFate(t, process, aRaisableBid(), story, 40 * MINUTE);
    await refresh(process, subject);
    expect(subject.state.drift).toEqual(["outbid"]);
    await t.clock.sleep(DAY);
    expect(await up(t, subject, aRaisableBid())).toEqual({ step: "same", said: [] });
    // Nor beside another change.
    expect((await up(t, subject, aRaisableBid({ label: "champion" }))).step).toBe("update");
    expect(await bidOf(subject)).toBe(0.2);
    expect(subject.state).not.toHaveProperty("drift");
  });

  it("restarts no container that runs again", async () => {
    const program = anInstance({ onDrift: { exited: "restart" } });
    const subject = await withFate(t, process, program, { entrypointExits: { afterMinutes: 20 } });
    await refresh(process, subject);
    expect(subject.state.drift).toEqual(["exited"]);
    await process.account.client.instances.reboot(Number(subject.id));
    await t.clock.sleep(HOUR);
    expect(await up(t, subject, program)).toEqual({ step: "same", said: [] });
    expect((await up(t, subject, { ...program, label: "champion" })).step).toBe("update");
    expect(sent(t, "/reboot/")).toBe(1);
  });

  it("replaces no instance whose host is back", async () => {
    const subject = await offline(REPLACING, 10);
    expect(t.world.contract(Number(subject.id))?.actualStatus).toBe("running");
    expect(await up(t, subject, REPLACING)).toEqual({ step: "same", said: [] });
  });

  it("is over between the preview and the update, too", async () => {
    const story = { outbid: { afterMinutes: 30, forMinutes: 60 } };
    const subject = await withFate(t, process, aRaisableBid(), story, 40 * MINUTE);
    await refresh(process, subject);
    const { diff, news } = await preview(t.process(), subject, aRaisableBid());
    expect(diff.changes).toBe(true);
    await t.clock.sleep(DAY);
    subject.state = (await t.process().instance.update(subject.id, subject.state, news)).outs;
    expect(sent(t, "bid_price")).toBe(0);
    expect(subject.state).not.toHaveProperty("drift");
  });

  it("piles no raise upon a raise when run after run fails behind it", async () => {
    const subject = await withFate(t, process, aRaisableBid(), { outbid: { afterMinutes: 30 } });
    await refresh(process, subject);
    const { news } = await preview(process, subject, aRaisableBid());
    for (let run = 0; run < 5; run += 1) {
      t.simulator.faults.add({ on: "GET /api/v1/instances/", then: "500-before", skip: 1, times: "always" });
      await t
        .process()
        .instance.update(subject.id, subject.state, news)
        .catch(() => {});
      t.simulator.faults.clear();
      await t.clock.sleep(MINUTE);
    }
    expect(await bidOf(subject)).toBe(0.3161);
    expect(sent(t, "bid_price")).toBe(1);
  });
});

describe("an instance that cannot be looked at", () => {
  it("is not replaced on old news, and the preview says why", async () => {
    const subject = await offline();
    t.simulator.faults.add({ on: "GET /api/**", then: "500-before", times: "always" });
    const startedAt = t.clock.now();
    const { diff, said } = await preview(t.process(), subject, REPLACING);
    expect(diff).toEqual({ changes: false, replaces: [] });
    expect(said).toEqual([
      expect.stringMatching(
        /^Instance \d+: the last refresh found `offline`, and whether that is still so cannot be read now\. .* nothing is replaced on old news; .* Run `pulumi up --refresh`/,
      ),
      expect.stringMatching(/^Whether runs that were cut off have left machines .* could not be looked up/),
    ]);
    // A preview does not wait for ever.
    expect(t.clock.now() - startedAt).toBeLessThan(30_000);
    t.simulator.faults.clear();
    expect((await preview(t.process(), subject, REPLACING)).diff.replaces).toEqual(["onDrift"]);
  });

  it("still shows an update, which looks again before it sends anything", async () => {
    const story = { outbid: { afterMinutes: 30, forMinutes: 60 } };
    const subject = await withFate(t, process, aRaisableBid(), story, 40 * MINUTE);
    await refresh(process, subject);
    await t.clock.sleep(DAY);
    t.simulator.faults.add({ on: "GET /api/**", then: "500-before", times: "always" });
    const { diff, news } = await preview(t.process(), subject, aRaisableBid());
    expect(diff).toEqual({ changes: true, replaces: [] });
    t.simulator.faults.clear();
    await t.process().instance.update(subject.id, subject.state, news);
    expect(sent(t, "bid_price")).toBe(0);
  });

  it("because there is no key shows what the state knows: nothing can come of it", async () => {
    const subject = await offline();
    const before = t.world.view().requests.length;
    expect((await preview(t.process(""), subject, REPLACING)).diff).toEqual({ changes: true, replaces: ["onDrift"] });
    const driftSince = { offline: new Date(t.clock.now() - MINUTE).toISOString() };
    const young = { ...subject, state: { ...subject.state, driftSince } };
    expect((await preview(t.process(""), young, REPLACING)).diff).toEqual({ changes: false, replaces: [] });
    expect(t.world.view().requests.length).toBe(before);
  });

  it("because it does not show any more is left to the next refresh", async () => {
    const subject = await offline();
    t.world.act(Number(subject.id), { do: "destroy" });
    const { diff, said } = await preview(t.process(), subject, REPLACING);
    expect(diff).toEqual({ changes: false, replaces: [] });
    expect(said).toEqual([
      expect.stringMatching(/now Vast does not show it\. Nothing is done about it\. Run `pulumi up --refresh`/),
    ]);
  });

  it("after Ctrl-C fails no preview", async () => {
    const subject = await offline();
    const cancelled = t.process();
    cancelled.cancel();
    expect((await preview(cancelled, subject, REPLACING)).diff).toEqual({ changes: false, replaces: [] });
  });

  it("of whose price Vast does not tell is not replaced for the price that its host asked for", async () => {
    const program = anInstance({ onDrift: { priceIncreasePending: "replace" } });
    const story = { priceIncreaseProposed: { afterMinutes: 20, toDollarsPerHour: 0.7 } };
    const subject = await withFate(t, process, program, story);
    await refresh(process, subject);
    t.simulator.faults.add({ on: "GET /api/v0/instances/pending-price-increases/", then: "not-json", times: "always" });
    const { diff, said } = await preview(t.process(), subject, program);
    expect(diff).toEqual({ changes: false, replaces: [] });
    expect(said).toEqual([expect.stringMatching(/It is not replaced on old news/)]);
  });
});

describe("the second look", () => {
  it("is one list for all instances of a preview, and none where the state knows of nothing", async () => {
    const quiet = await process.up(anInstance());
    const subjects: Subject[] = [];
    for (const token of ["b", "c", "d"]) {
      const program = anInstance({ ownerToken: token.repeat(12) });
      const subject = await withFate(t, process, program, { hostGoesOffline: { afterMinutes: 20 } });
      await refresh(process, subject);
      subjects.push(subject);
    }
    await t.clock.sleep(MINUTE);
    const next = t.process();
    // One tells whether a run left something behind.
    let before = lists();
    await preview(next, { id: quiet.id, state: quiet.outs }, anInstance());
    expect(lists() - before).toBe(1);
    before = lists();
    for (const subject of subjects) await preview(next, subject, REPLACING);
    expect(lists() - before).toBe(1);
  });

  it("is the refresh itself when that is a moment ago, and says nothing twice", async () => {
    const program = anInstance({ onDrift: { exited: "restart" } });
    const subject = await withFate(t, process, program, { entrypointExits: { afterMinutes: 20 } });
    const next = t.process();
    expect(await refresh(next, subject)).toEqual([expect.stringMatching(/ended by itself/)]);
    const before = lists();
    const { diff, said } = await preview(next, subject, program);
    expect(diff).toEqual({ changes: true, replaces: [] });
    // The one is the look for what a killed run may have left.
    expect(lists() - before).toBe(1);
    expect(said).toEqual([`Instance ${subject.id}: As \`onDrift.exited\` says, \`pulumi up\` restarts it.`]);
  });
});
