// What `onDrift` does about what a refresh has found, when it is still so.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Bag } from "../../provider/engine/values.js";
import type { Story } from "../../simulator/stories.js";
import { anInstance, failureOf, type ProviderProcess, type TestWorld, testWorld } from "../support/harness.js";
import {
  aBid,
  aRaisableBid,
  HOUR,
  MINUTE,
  machinesEndAfter,
  preview,
  refresh,
  type Subject,
  sent,
  up,
  withFate,
} from "./drift-given.js";

let t: TestWorld;
let process: ProviderProcess;
beforeEach(async () => {
  t = await testWorld();
  process = t.process();
});
afterEach(() => t.stop());

const contract = ({ id }: Subject) => t.world.contract(Number(id));
const row = ({ id }: Subject) => process.account.look(Number(id));

/** An instance that somebody has stopped, as a refresh finds it. */
async function stopped(program: Bag): Promise<Subject> {
  const subject = await withFate(t, process, program, {}, MINUTE);
  t.world.act(Number(subject.id), { do: "stop" });
  await t.clock.sleep(MINUTE);
  await refresh(process, subject);
  return subject;
}

describe("a container that ended", () => {
  const program = anInstance({ onDrift: { exited: "restart" } });

  it("is restarted, and the preview says so", async () => {
    const subject = await withFate(t, process, program, { entrypointExits: { afterMinutes: 20 } });
    await refresh(process, subject);
    const { step, said } = await up(t, subject, program);
    expect(step).toBe("update");
    expect(said).toEqual([
      expect.stringMatching(/ended by itself: .* As `onDrift\.exited` says, `pulumi up` restarts it\.$/),
    ]);
    expect(contract(subject)).toMatchObject({ actualStatus: "running" });
    expect(subject.state).not.toHaveProperty("drift");
  });
});

describe("an instance whose time to live is over", () => {
  it.each<[string, Bag, Story]>([
    ["restarted", { onDrift: { exited: "restart" } }, { entrypointExits: { afterMinutes: 20 } }],
    [
      "bid for",
      { bidDollarsPerHour: 0.2, onDrift: { outbid: "raiseBid", maxBidDollarsPerHour: 2 } },
      { outbid: { afterMinutes: 20 } },
    ],
  ])("is not %s: it would destroy itself as soon as it runs", async (_, inputs, story) => {
    const program = anInstance({ timeToLiveHours: 0.5, ...inputs });
    const subject = await withFate(t, process, program, story);
    await refresh(process, subject);
    const { news } = await preview(process, subject, program);
    const failure = await failureOf(process.instance.update(subject.id, subject.state, news));
    expect(failure.message).toMatch(/was to end at .* would destroy itself, data and all, as soon as it starts/);
    expect(sent(t, "/reboot/") + sent(t, "bid_price")).toBe(0);
  });
});

describe("an outbid instance", () => {
  it("is bid for until it runs again, and the raise is left there", async () => {
    const subject = await withFate(t, process, aRaisableBid(), { outbid: { afterMinutes: 30 } });
    await refresh(process, subject);
    const { step, said } = await up(t, subject, aRaisableBid());
    expect(step).toBe("update");
    // Somebody bids 0.30 $/h; the raised bid lies 5 % above the least that beats it.
    expect(said).toEqual([expect.stringMatching(/was outbid: .* `pulumi up` raises the bid to 0\.316 \$\/h\.$/)]);
    await t.clock.sleep(10 * MINUTE);
    expect(contract(subject)).toMatchObject({ actualStatus: "running" });

    expect(await refresh(process, subject)).toEqual([]);
    expect(subject.state).not.toHaveProperty("drift");
    expect(subject.state.dollarsPerHour).toBeCloseTo(0.3161 + 0.0021, 4);
    expect((await up(t, subject, aRaisableBid())).step).toBe("same");
    expect(sent(t, "bid_price")).toBe(1);
  });

  it.each([
    [
      "the cap of onDrift",
      { onDrift: { outbid: "raiseBid", maxBidDollarsPerHour: 0.25 } },
      /takes 0\.316 \$\/h, .* 0\.250 \$\/h that `onDrift/,
    ],
    [
      "the price cap, which counts the disk",
      { maxDollarsPerHour: 0.317, onDrift: { outbid: "raiseBid", maxBidDollarsPerHour: 0.317 } },
      /takes 0\.316 \$\/h, .* 0\.317 \$\/h that `maxDollarsPerHour` allows with the disk/,
    ],
  ])("is not bid for above %s", async (_, inputs, words) => {
    const program = aBid(inputs);
    const subject = await withFate(t, process, program, { outbid: { afterMinutes: 30 } });
    await refresh(process, subject);
    const { step, said } = await up(t, subject, program);
    expect(step).toBe("same");
    expect(said).toEqual([expect.stringMatching(words)]);
    // An update for something else says it as well, and bids no more.
    expect((await up(t, subject, { ...program, label: "champion" })).said).toContainEqual(expect.stringMatching(words));
    expect(sent(t, "bid_price")).toBe(0);
    expect(subject.state.drift).toEqual(["outbid"]);
  });

  it("gets the program's bid when that is another one, also a lower one than was raised", async () => {
    const subject = await withFate(t, process, aRaisableBid(), { outbid: { afterMinutes: 30 } });
    await refresh(process, subject);
    await up(t, subject, aRaisableBid());
    await refresh(process, subject);
    expect((await up(t, subject, aRaisableBid({ bidDollarsPerHour: 0.25 }))).step).toBe("update");
    expect((await row(subject))?.dph_base).toBe(0.25);
  });

  it("gets the program's new bid when that is higher than the raise", async () => {
    const subject = await withFate(t, process, aRaisableBid(), { outbid: { afterMinutes: 30 } });
    await refresh(process, subject);
    await up(t, subject, aRaisableBid({ bidDollarsPerHour: 0.5 }));
    expect((await row(subject))?.dph_base).toBe(0.5);
    expect(sent(t, "bid_price")).toBe(1);
  });

  it("is not bid for when the program no longer wants it to run", async () => {
    const subject = await withFate(t, process, aRaisableBid(), { outbid: { afterMinutes: 30 } });
    await refresh(process, subject);
    const { step, said } = await up(t, subject, aRaisableBid({ targetState: "stopped" }));
    expect({ step, said }).toEqual({ step: "update", said: [] });
    expect(contract(subject)).toMatchObject({ intendedStatus: "stopped" });
    expect(sent(t, "bid_price")).toBe(0);
  });
});

describe("an instance that somebody stopped", () => {
  const starting = anInstance({ onDrift: { stopped: "start" }, timeouts: { updateMinutes: 5 } });

  it("is started where `onDrift` says so, and the preview names the price", async () => {
    const subject = await stopped(starting);
    const { step, said } = await up(t, subject, starting);
    expect(step).toBe("update");
    expect(said).toEqual([
      expect.stringMatching(/is stopped, .* `pulumi up` starts it, and its GPU is billed again, 0\.302 \$\/h\.$/),
    ]);
    expect(contract(subject)).toMatchObject({ actualStatus: "running" });
    expect(subject.state).not.toHaveProperty("drift");
  });

  it("stays stopped whatever else changes, and is not waited for", async () => {
    const subject = await stopped(anInstance());
    const changed = anInstance({ label: "champion", image: "ubuntu:24.04" });
    const startedAt = t.clock.now();
    expect((await up(t, subject, changed)).step).toBe("update");
    expect(t.clock.now() - startedAt).toBeLessThan(MINUTE);
    expect(contract(subject)).toMatchObject({
      curState: "stopped",
      intendedStatus: "stopped",
      image: "ubuntu:24.04",
      label: expect.stringMatching(/^champion /),
    });
    expect(subject.state).toMatchObject({ drift: ["stopped"], targetState: "running" });
  });

  it("stays stopped also when no refresh has seen it: no preview has shown a start", async () => {
    const subject = await withFate(t, process, anInstance(), {}, MINUTE);
    t.world.act(Number(subject.id), { do: "stop" });
    await t.clock.sleep(MINUTE);
    const { said } = await up(t, subject, anInstance({ label: "champion" }));
    expect(said).toEqual([expect.stringMatching(/is stopped, .* Its GPU is not billed/)]);
    expect(contract(subject)).toMatchObject({ curState: "stopped", label: expect.stringMatching(/^champion /) });
    // From here on the state knows it, and `onDrift` acts on it.
    expect((await up(t, subject, anInstance({ ...starting, label: "champion" }))).step).toBe("update");
    expect(contract(subject)).toMatchObject({ actualStatus: "running" });
  });

  it("runs again when the program says stopped, and then running", async () => {
    const subject = await stopped(anInstance());
    expect((await up(t, subject, anInstance({ targetState: "stopped" }))).step).toBe("update");
    expect(subject.state).not.toHaveProperty("drift");
    expect((await up(t, subject, anInstance())).step).toBe("update");
    expect(contract(subject)).toMatchObject({ actualStatus: "running" });
  });

  it("is not started without credit, and the error says what that means", async () => {
    const subject = await stopped(starting);
    t.world.setCredit(-1);
    const { news } = await preview(process, subject, starting);
    const failure = await failureOf(process.instance.update(subject.id, subject.state, news));
    expect(failure.message).toMatch(
      /^Vast refuses to start instance \d+: Your account lacks credit\. It stays stopped and in the stack; its disk is billed on, 0\.0021 \$\/h, .* Add credit in Vast's console, then run `pulumi up` again\.$/,
    );
  });

  it("is started by the next up, too, when the start had to be taken back", async () => {
    const subject = await stopped(starting);
    t.world.takeGpusOf(Number(subject.id));
    const { news } = await preview(process, subject, starting);
    const failure = await failureOf(process.instance.update(subject.id, subject.state, news));
    expect(failure.message).toMatch(/The start was taken back/);
    expect(contract(subject)).toMatchObject({ intendedStatus: "stopped" });
    t.world.freeGpusOf(Number(subject.id));
    subject.state = failure.properties;
    expect(subject.state.targetState).toBe("stopped");
    expect((await up(t, subject, starting)).step).toBe("update");
    expect(contract(subject)).toMatchObject({ actualStatus: "running" });
  });
});

describe("a start that waits for its GPU", () => {
  async function queued(program: Bag): Promise<Subject> {
    const subject = await stopped(program);
    t.world.takeGpusOf(Number(subject.id));
    await process.account.client.instances.setState(Number(subject.id), "running");
    await refresh(process, subject);
    return subject;
  }

  it("is waited for by default, beside other changes", async () => {
    const subject = await queued(anInstance());
    const waiting = up(t, subject, anInstance({ label: "champion" }));
    await t.clock.sleep(2 * MINUTE);
    t.world.freeGpusOf(Number(subject.id));
    expect((await waiting).step).toBe("update");
    expect(contract(subject)).toMatchObject({ actualStatus: "running" });
    expect(subject.state).not.toHaveProperty("drift");
  });

  it.each([
    ["ignore", "same"],
    ["replace", "replace"],
  ])("is left to `%s`", async (action, step) => {
    const program = anInstance({ onDrift: { startQueued: action } });
    expect((await up(t, await queued(program), program)).step).toBe(step);
  });

  it("is taken back when the program wants it stopped: it would come some day", async () => {
    const subject = await queued(anInstance());
    expect((await up(t, subject, anInstance({ targetState: "stopped" }))).step).toBe("update");
    expect(contract(subject)).toMatchObject({ intendedStatus: "stopped" });
  });
});

describe("a replacement", () => {
  it.each<[string, Story, Bag]>([
    ["exited", { entrypointExits: { afterMinutes: 20 } }, anInstance()],
    ["priceRaised", { priceRises: { afterMinutes: 20, toDollarsPerHour: 0.7 } }, anInstance()],
    ["outbid", { outbid: { afterMinutes: 30 } }, aBid()],
    ["priceIncreasePending", { priceIncreaseProposed: { afterMinutes: 20, toDollarsPerHour: 0.7 } }, anInstance()],
  ])("comes of %s, and the preview says what that costs", async (name, story, inputs) => {
    const program = { ...inputs, onDrift: { [name]: "replace" } };
    const subject = await withFate(t, process, program, story);
    await refresh(process, subject);
    const { step, said } = await up(t, subject, program);
    expect(step).toBe("replace");
    expect(said).toEqual([
      expect.stringMatching(
        new RegExp(
          `As \`onDrift\\.${name}\` says, \`pulumi up\` rents another in its place, and this one ends, data and all\\.$`,
        ),
      ),
    ]);
  });

  it("comes of a stop", async () => {
    const program = anInstance({ onDrift: { stopped: "replace" } });
    expect((await up(t, await stopped(program), program)).step).toBe("replace");
  });

  it("comes of a contract that is over, with another machine", async () => {
    machinesEndAfter(t, 0.5);
    const program = anInstance({ onDrift: { lifetimeEnded: "replace" } });
    const subject = await withFate(t, process, program, {});
    await refresh(process, subject);
    expect(subject.state.drift).toEqual(["lifetimeEnded"]);
    const { diff, news } = await preview(process, subject, program);
    expect(diff).toEqual({ changes: true, replaces: ["onDrift"] });
    const { id } = await process.instance.create(news);
    await process.instance.delete(subject.id, subject.state);
    expect(t.world.billedContracts()).toMatchObject([{ id: Number(id), actualStatus: "running" }]);
  });

  it("comes of a host that is offline when that is seen twice, ten minutes apart", async () => {
    const program = anInstance({ onDrift: { offline: "replace" } });
    const subject = await withFate(t, process, program, { hostGoesOffline: { afterMinutes: 20 } });
    await refresh(process, subject);
    const first = await up(t, subject, program);
    expect(first.step).toBe("same");
    expect(first.said).toEqual([
      expect.stringMatching(
        /its host is offline\. .* replaces it if it is still so at \d{4}-\S+Z: run `pulumi up` then\.$/,
      ),
    ]);
    await t.clock.sleep(9 * MINUTE);
    await refresh(process, subject);
    expect((await up(t, subject, program)).step).toBe("same");
    await t.clock.sleep(MINUTE);
    expect((await up(t, subject, program)).step).toBe("replace");
  });

  it("begins to count anew when the host was back in between", async () => {
    const program = anInstance({ onDrift: { offline: "replace" } });
    const story = { hostGoesOffline: { afterMinutes: 20, forMinutes: 60 } };
    const subject = await withFate(t, process, program, story);
    await refresh(process, subject);
    expect(subject.state.driftSince).toHaveProperty("offline");
    await t.clock.sleep(HOUR);
    await refresh(process, subject);
    expect(subject.state).not.toHaveProperty("driftSince");
  });
});

describe("an instance that is offline", () => {
  it("is renamed without waiting for it, and the state still knows", async () => {
    const subject = await withFate(t, process, anInstance(), { hostGoesOffline: { afterMinutes: 20 } });
    await refresh(process, subject);
    const { driftSince } = subject.state;
    const startedAt = t.clock.now();
    await up(t, subject, anInstance({ label: "champion" }));
    expect(t.clock.now() - startedAt).toBeLessThan(30_000);
    expect(contract(subject)?.label).toMatch(/^champion /);
    expect(subject.state).toMatchObject({ drift: ["offline"], driftSince });
  });

  it("is renamed without waiting for it when no refresh has seen it, and the state knows then", async () => {
    const subject = await withFate(t, process, anInstance(), { hostGoesOffline: { afterMinutes: 20 } });
    const startedAt = t.clock.now();
    await up(t, subject, anInstance({ label: "champion" }));
    expect(t.clock.now() - startedAt).toBeLessThan(30_000);
    expect(subject.state).toMatchObject({ label: "champion", drift: ["offline"] });
  });
});

describe("a contract that is over", () => {
  it("is not started, whatever else changes, and nobody waits for it", async () => {
    machinesEndAfter(t, 0.5);
    const subject = await withFate(t, process, anInstance({ targetState: "stopped" }), {});
    const startedAt = t.clock.now();
    const { said } = await up(t, subject, anInstance());
    expect(said).toEqual([expect.stringMatching(/reached the end of its contract .* cannot be started again/)]);
    expect(contract(subject)).toMatchObject({ intendedStatus: "stopped" });
    expect(t.clock.now() - startedAt).toBeLessThan(MINUTE);
    expect(subject.state.drift).toEqual(["lifetimeEnded"]);
  });
});
