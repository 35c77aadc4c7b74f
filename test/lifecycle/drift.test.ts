// What a refresh finds of what happened outside the program: its words, and that nothing comes of it unless the program says so.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Bag } from "../../provider/engine/values.js";
import type { Story } from "../../simulator/stories.js";
import { anInstance, type ProviderProcess, type TestWorld, testWorld } from "../support/harness.js";
import { aBid, HOUR, MINUTE, machinesEndAfter, preview, refresh, type Subject, up, withFate } from "./drift-given.js";

let t: TestWorld;
let process: ProviderProcess;
beforeEach(async () => {
  t = await testWorld();
  process = t.process();
});
afterEach(() => t.stop());

/** How an instance comes to each verdict. */
interface Fate {
  readonly program: (inputs?: Bag) => Bag;
  readonly story?: Story;
  readonly before?: () => void;
  readonly after?: (id: number) => Promise<unknown>;
  readonly words: RegExp;
}
const fates: Readonly<Record<string, Fate>> = {
  lifetimeEnded: {
    program: anInstance,
    before: () => machinesEndAfter(t, 0.5),
    words:
      /reached the end of its contract 3\d min \d+ s ago, and cannot be started again\. Its disk is billed on, 0\.0021 \$\/h\. Vast deletes it, .* 48 h after the end\. Copy what you need/,
  },
  outbid: {
    program: aBid,
    story: { outbid: { afterMinutes: 30 } },
    words:
      /was outbid: somebody pays more than 0\.200 \$\/h \(least bid now 0\.301 \$\/h\)\. Its data is kept\. Its disk is billed on, 0\.0021 \$\/h\. Raise `bidDollarsPerHour`/,
  },
  stopped: {
    program: anInstance,
    after: async (id) => t.world.act(id, { do: "stop" }),
    words:
      /is stopped, .*: somebody stopped it, or Vast did because the account's credit is used up\. Its data is kept\. Its disk is billed on, 0\.0021 \$\/h\. Its GPU is not billed, .* `onDrift: { stopped: "start" }`/,
  },
  exited: {
    program: anInstance,
    story: { entrypointExits: { afterMinutes: 20 } },
    words: /ended by itself: .* The GPU is billed on, 0\.302 \$\/h\. Look at its log \(`vastai logs \d+`\)/,
  },
  offline: {
    program: anInstance,
    story: { hostGoesOffline: { afterMinutes: 20 } },
    words:
      /does not answer: its host is offline\. It is not gone; .* Its disk is billed on, 0\.0021 \$\/h\. Whether Vast bills its GPU as well \(0\.302 \$\/h while running\) is not documented/,
  },
  notRunning: {
    program: anInstance,
    after: (id) => process.account.client.instances.reboot(id),
    words: /does not run: Vast reports the status "rebooting"\. .* Its GPU may be billed as well, 0\.302 \$\/h/,
  },
  priceRaised: {
    program: anInstance,
    story: { priceRises: { afterMinutes: 20, toDollarsPerHour: 0.7 } },
    words: /became dearer: 0\.702 \$\/h instead of 0\.302 \$\/h/,
  },
  priceIncreasePending: {
    program: anInstance,
    story: { priceIncreaseProposed: { afterMinutes: 20, toDollarsPerHour: 0.7 } },
    words:
      /is to become dearer: its host asks for 0\.7 instead of 0\.3 \$\/h per GPU from \d{4}-.*Z on\. Until you agree it runs at the old price/,
  },
};

async function come(name: string, inputs: Bag = {}): Promise<{ subject: Subject; program: Bag; words: RegExp }> {
  const { program: make, story = {}, before, after, words } = fates[name] as Fate;
  const program = make(inputs);
  before?.();
  const subject = await withFate(t, process, program, story);
  if (after) {
    await after(Number(subject.id));
    await t.clock.sleep(5_000);
  }
  return { subject, program, words };
}

describe("a refresh tells in words what happened outside", () => {
  it.each(Object.keys(fates))("%s, and the next up leaves the instance alone", async (name) => {
    const { subject, program, words } = await come(name);
    const contract = () => t.world.contract(Number(subject.id));
    const seen = contract();
    expect(await refresh(process, subject)).toEqual([expect.stringMatching(words)]);
    expect(subject.state.drift).toEqual([name]);
    expect((await up(t, subject, program)).step).toBe("same");
    expect(contract()).toMatchObject({ destroyedAt: null, intendedStatus: seen?.intendedStatus, label: seen?.label });
    expect(t.world.contracts()).toHaveLength(1);
  });

  it.each(Object.keys(fates).filter((name) => name !== "notRunning"))(
    "%s, which `ignore` leaves alone as well",
    async (name) => {
      const { subject, program } = await come(name, { onDrift: { [name]: "ignore" } });
      await refresh(process, subject);
      await t.clock.sleep(20 * MINUTE);
      expect((await preview(process, subject, program)).diff).toEqual({ changes: false, replaces: [] });
    },
  );

  it("since when it is so, and refresh after refresh the same", async () => {
    const { subject } = await come("offline");
    const from = t.clock.now();
    await refresh(process, subject);
    const first = subject.state;
    const { offline: since } = first.driftSince as Record<string, string>;
    expect(Date.parse(String(since))).toBeGreaterThanOrEqual(from);
    expect(Date.parse(String(since))).toBeLessThanOrEqual(t.clock.now());
    await t.clock.sleep(HOUR);
    await refresh(process, subject);
    expect(subject.state).toEqual(first);
  });

  it("a stop as what happened, and not as another program", async () => {
    const { subject } = await come("stopped");
    await refresh(process, subject);
    expect(subject.state).toMatchObject({ targetState: "running", currentState: "stopped", dollarsPerHour: 0.302083 });
  });

  it("a stop for want of credit likewise: Vast answers it as any other", async () => {
    const subject = await withFate(t, process, anInstance(), {}, MINUTE);
    t.world.setCredit(0.1);
    await t.clock.sleep(HOUR);
    expect(await refresh(process, subject)).toEqual([expect.stringMatching(/account's credit is used up/)]);
  });

  it("a proposed price also while Vast does not tell, and forgets it when it is withdrawn", async () => {
    const { subject } = await come("priceIncreasePending");
    await refresh(process, subject);
    t.simulator.faults.add({ on: "GET /api/v0/instances/pending-price-increases/", then: "not-json", times: "always" });
    expect(await refresh(process, subject)).toEqual([
      expect.stringMatching(/Vast does not tell now .* at the old price/),
    ]);
    expect(subject.state.drift).toEqual(["priceIncreasePending"]);
    t.simulator.faults.clear();

    const { rows } = await process.account.client.priceIncreases.list();
    await fetch(`${t.simulator.url}/api/v0/instances/reject-price-increase/`, {
      method: "PUT",
      headers: { authorization: "Bearer key-a" },
      body: JSON.stringify({ pending_price_increase_id: rows[0]?.pending_price_increase_id }),
    });
    await refresh(process, subject);
    expect(subject.state).not.toHaveProperty("drift");
  });

  it("a start that waits for its GPU, also right after a refresh that saw it stopped", async () => {
    const { subject } = await come("stopped");
    await refresh(process, subject);
    t.world.takeGpusOf(Number(subject.id));
    await process.account.client.instances.setState(Number(subject.id), "running");
    for (let refreshes = 0; refreshes < 2; refreshes += 1) {
      expect(await refresh(process, subject)).toEqual([
        expect.stringMatching(/waits for its GPU, .* billed from then on, 0\.302 \$\/h\. Its disk is billed on/),
      ]);
      expect(subject.state.drift).toEqual(["startQueued"]);
    }
  });

  it("nothing when all is well", async () => {
    const subject = await withFate(t, process, anInstance(), {});
    expect(await refresh(process, subject)).toEqual([]);
    expect(subject.state).not.toHaveProperty("drift");
    expect(subject.state).not.toHaveProperty("driftSince");
  });

  it("and forgets it when it is over", async () => {
    const story = { hostGoesOffline: { afterMinutes: 20, forMinutes: 60 } };
    const subject = await withFate(t, process, anInstance(), story);
    await refresh(process, subject);
    expect(subject.state.drift).toEqual(["offline"]);
    await t.clock.sleep(HOUR);
    expect(await refresh(process, subject)).toEqual([]);
    expect(subject.state).not.toHaveProperty("drift");
    expect(subject.state).not.toHaveProperty("driftSince");
  });

  it("that it is gone, and why as far as the state knows", async () => {
    const subject = await withFate(t, process, anInstance({ timeToLiveHours: 48 }), {});
    t.world.act(Number(subject.id), { do: "destroy" });
    const state = { ...subject.state };
    expect(await refresh(process, subject)).toEqual([
      expect.stringMatching(
        /^Instance \d+ is gone: somebody destroyed it, .* Nothing is billed for it any more, .* The next `pulumi up` rents a new one\.$/,
      ),
    ]);
    await t.clock.sleep(49 * HOUR);
    expect(await refresh(process, { id: subject.id, state })).toEqual([
      expect.stringMatching(/is gone: its `timeToLiveHours` were over\./),
    ]);
    const ended = { ...state, expiresAt: "never", endsAt: new Date(t.clock.now() - HOUR).toISOString() };
    expect(await refresh(process, { id: subject.id, state: ended })).toEqual([
      expect.stringMatching(/is gone: its contract had ended\./),
    ]);
  });

  it("of an instance that was taken over, against the price that it had then", async () => {
    const rented = await withFate(t, process, anInstance(), {
      priceRises: { afterMinutes: 90, toDollarsPerHour: 0.7 },
    });
    t.world.act(Number(rented.id), { do: "label", label: "mine" });
    const owner = t.process();
    const adopting = anInstance({ offer: undefined, adoptInstanceId: Number(rented.id), ownerToken: "e".repeat(12) });
    const { id, outs } = await owner.up(adopting);
    const subject = { id, state: outs };
    await t.clock.sleep(HOUR);
    expect(await refresh(owner, subject)).toEqual([expect.stringMatching(/became dearer: .* instead of 0\.302 \$\/h/)]);
    t.world.act(Number(id), { do: "stop" });
    await t.clock.sleep(MINUTE);
    await refresh(owner, subject);
    expect(subject.state.drift).toEqual(["stopped", "priceRaised"]);
    expect((await up(t, subject, adopting)).step).toBe("same");
  });

  it("nothing to act on of one that is only looked at", async () => {
    const { subject } = await come("stopped");
    expect(await refresh(process, { id: subject.id, state: {} })).toEqual([]);
  });
});
