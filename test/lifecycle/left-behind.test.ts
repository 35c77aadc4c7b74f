// What runs that were cut off leave beside a resource that stands in the state.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Bag } from "../../provider/engine/values.js";
import {
  anInstance,
  failureOf,
  HANDLER,
  inState,
  type ProviderProcess,
  type TestWorld,
  TOKEN,
  testWorld,
} from "../support/harness.js";

const FINISHED = `trainer pulumi:${TOKEN}`;
const LIST = "GET /api/v1/instances/";

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.stop());

const billed = () => t.world.billedContracts();
const listCalls = () => t.world.view().requests.filter(({ path }) => path.startsWith("/api/v1/instances/")).length;

/** diff, as a preview asks it. */
async function preview(process: ProviderProcess, id: string, before: Bag, program: Bag) {
  const { inputs } = await process.instance.check(before, program);
  const news = { ...inputs, __provider: HANDLER };
  return { ...(await process.instance.diff(id, before, news)), news };
}

/** A run that rents a replacement of `id` and is killed at once: the engine records nothing. */
async function killedReplacement(id: string, before: Bag): Promise<void> {
  const dead = t.process();
  await dead.instance.diff(id, before, before);
  void failureOf(dead.up(anInstance({ generation: "next" })));
  await t.clock.sleep(20_000);
  dead.cancel();
  await t.clock.sleep(15_000);
}

describe("a machine that a killed replacement left", () => {
  let id: string;
  let outs: Bag;
  beforeEach(async () => {
    ({ id, outs } = await t.process().up(anInstance()));
    await killedReplacement(id, outs);
    expect(billed()).toHaveLength(2);
  });

  it("is named in the next preview of the old program, and ended by its up", async () => {
    const next = t.process();
    const { changes, replaces, news } = await preview(next, id, outs, anInstance());
    const [, left] = billed();
    expect({ changes, replaces }).toEqual({ changes: true, replaces: [] });
    expect(next.lines).toMatchObject([
      {
        kind: "warning",
        text: expect.stringContaining(
          `Contract ${left?.id} of this resource is billed beside instance ${id}, and has not been shown to be in the state:`,
        ),
      },
    ]);
    const { outs: after } = await next.instance.update(id, outs, news);
    expect(billed()).toMatchObject([{ id: Number(id), label: FINISHED }]);
    expect(after).toEqual(outs);
  });

  it("is ended without waiting for the instance, which may be outbid or stopped", async () => {
    t.world.act(Number(id), { do: "stop" });
    await t.clock.sleep(60_000);
    const next = t.process();
    const { news } = await preview(next, id, outs, anInstance());
    const startedAt = t.clock.now();
    await next.instance.update(id, outs, news);
    expect(t.clock.now() - startedAt).toBeLessThan(30_000);
    expect(billed()).toMatchObject([{ id: Number(id), curState: "stopped" }]);
  });

  it("is ended, and the instance is not taken for there when somebody has destroyed it meanwhile", async () => {
    t.world.act(Number(id), { do: "destroy" });
    await t.clock.sleep(60_000);
    const next = t.process();
    const { news } = await preview(next, id, outs, anInstance());
    const failure = await failureOf(next.instance.update(id, outs, news));
    expect(failure.message).toContain(`Instance ${id} does not exist any more`);
    expect(billed()).toEqual([]);
  });

  it("is ended together with a change of the program", async () => {
    const next = t.process();
    const { news } = await preview(next, id, outs, anInstance({ label: "champion" }));
    const { outs: after } = await next.instance.update(id, outs, news);
    expect(billed()).toMatchObject([{ id: Number(id), label: `champion pulumi:${TOKEN}` }]);
    expect(after.label).toBe("champion");
  });

  it.each([
    [
      "it cannot be ended",
      { on: "DELETE /api/v0/instances/*/", skip: 1 },
      /^Instance (\d+) is destroyed, .* Contract (\d+), a second one/,
    ],
    [
      "the list that would show it fails",
      { on: LIST, skip: 1 },
      /could not be looked up: .* label would be `pulumi:\w+:pending`: run .* orphans`/,
    ],
  ] as const)("stays known to the state when a destroy does not get to its end because %s", async (_, route, said) => {
    const [, left] = billed();
    t.simulator.faults.add({ ...route, then: "500-before", times: "always" });
    const failure = await failureOf(t.process().instance.delete(id, outs));
    expect(billed()).toMatchObject([{ id: left?.id }]);
    expect(failure.message).toMatch(said);
    t.simulator.faults.clear();
    await t.clock.sleep(10_000);
    await t.process().instance.delete(id, outs);
    expect(billed()).toEqual([]);
  });

  it("stays known to the state when Ctrl-C comes before its end", async () => {
    const [, left] = billed();
    t.simulator.faults.add({ on: `DELETE /api/v0/instances/${left?.id}/`, then: "500-before", times: "always" });
    const process = t.process();
    const failing = failureOf(process.instance.delete(id, outs));
    await t.clock.sleep(12_000);
    process.cancel();
    const { message } = await failing;
    expect(billed()).toMatchObject([{ id: left?.id }]);
    expect(message).toMatch(
      new RegExp(`Contract ${left?.id}, .* is billed \\(0\\.\\d+ \\$/h .*vastai destroy instance ${left?.id}`),
    );
  });

  it("is no reason for a change in another resource, another stack, or where the state has it", async () => {
    const [, left] = billed();
    const next = t.process();
    const other = { ownerToken: "ba9876543210" };
    expect(await preview(next, id, { ...outs, ...other }, anInstance(other))).toMatchObject({ changes: false });
    await next.instance.diff(String(left?.id), { ...outs, instanceId: left?.id }, outs);
    expect(await preview(next, id, outs, anInstance())).toMatchObject({ changes: false });
  });
});

describe("the look of a preview for such machines", () => {
  it("is one list call for many resources, and none without a key", async () => {
    const { id, outs } = await t.process().up(anInstance());
    await t.clock.sleep(10_000);
    const before = listCalls();
    const next = t.process();
    for (let i = 0; i < 30; i += 1) await preview(next, id, outs, anInstance());
    expect(listCalls() - before).toBe(1);
    await preview(t.process(""), id, outs, anInstance());
    expect(listCalls() - before).toBe(1);
  });

  it.each(["hang-up-before", "not-json", "auth-error", "500-before"] as const)(
    "fails nothing when the list fails (%s), and says it once",
    async (then) => {
      const { id, outs } = await t.process().up(anInstance());
      t.simulator.faults.add({ on: LIST, then, times: "always" });
      const next = t.process();
      for (let i = 0; i < 3; i += 1) {
        expect(await preview(next, id, outs, anInstance())).toMatchObject({ changes: false });
        await t.clock.sleep(15_000);
      }
      expect(next.lines).toEqual([
        {
          kind: "warning",
          text: expect.stringMatching(/could not be looked up: .* is billed\. .* `npx pulumi-vastai orphans`\.$/),
        },
      ]);
    },
  );

  it("waits while another runner keeps the account busy, and sees what was left", async () => {
    const { id, outs } = await t.process().up(anInstance());
    await killedReplacement(id, outs);
    const other = t.process().up(anInstance({ ownerToken: "c".repeat(12), label: "other" }));
    await t.clock.sleep(20_000);
    expect(await preview(t.process(), id, outs, anInstance())).toMatchObject({ changes: true });
    await other;
  });

  it("claims nothing of a machine that a run is renting just now", async () => {
    const { id, outs } = await t.process().up(anInstance());
    t.world.settings.bootMinutes = [20, 20];
    const running = t.process();
    await running.instance.diff(id, outs, outs);
    const made = running.up(anInstance({ generation: "2" }));
    await t.clock.sleep(8 * 60_000);
    const other = t.process("key-a", [inState(id, outs)]);
    await preview(other, id, outs, anInstance());
    expect(other.lines).toMatchObject([
      { text: expect.stringMatching(/not in the state: .* cut off left it, or one that is at work now has rented it/) },
    ]);
    await made;
  });
});

describe("a create that was cut off before its sweep", () => {
  it("is gone on with by the next up, although a refresh in between forgot that it was not initialised", async () => {
    const cutOff = t.process();
    const failing = failureOf(cutOff.up(anInstance()));
    await t.clock.sleep(5_000);
    cutOff.cancel();
    const { id, properties } = await failing;
    const next = t.process();
    const { props = {} } = await next.instance.read(id, properties);
    const { changes, news } = await preview(next, id, props, anInstance());
    expect(changes).toBe(true);
    const { outs } = await next.instance.update(id, props, news);
    expect(billed()).toMatchObject([{ id: Number(id), label: FINISHED, actualStatus: "running" }]);
    expect(await preview(next, id, outs, anInstance())).toMatchObject({ changes: false });
  });

  it("is swept by the next run only when lists show everything that can have been rented", async () => {
    t.world.settings.listLagSeconds = 40;
    const dead = t.process();
    void failureOf(dead.up(anInstance()));
    await t.clock.sleep(8_000);
    dead.cancel();
    const second = t.process();
    const failing = failureOf(second.up(anInstance()));
    await t.clock.sleep(8_000);
    second.cancel();
    const { id, properties } = await failing;
    expect(billed()).toHaveLength(2);

    const next = t.process();
    const { news } = await preview(next, id, properties, anInstance());
    await next.instance.update(id, properties, news);
    expect(billed()).toMatchObject([{ id: Number(id), label: FINISHED }]);
  });
});

describe("a resource that is replaced again before its old machine is deleted", () => {
  it("takes the old machine neither for lost nor for its own", async () => {
    const { id, outs } = await t.process().up(anInstance());
    const second = t.process();
    await second.instance.diff(id, outs, outs);
    const failing = failureOf(second.up(anInstance({ generation: "2" })));
    await t.clock.sleep(20_000);
    second.cancel();
    const failure = await failing;

    // The engine shows only the newest: the first one waits for its deletion.
    const third = t.process();
    await third.instance.diff(failure.id, failure.properties, failure.properties);
    const replacement = await third.up(anInstance({ generation: "3" }));
    expect([id, failure.id]).not.toContain(replacement.id);
    expect(billed().map((contract) => String(contract.id))).toEqual([id, failure.id, replacement.id]);

    await t.clock.sleep(10_000);
    const last = t.process();
    // Its label, which is due, and nothing else.
    const due = await preview(last, replacement.id, replacement.outs, anInstance({ generation: "3" }));
    expect(due).toMatchObject({ changes: true, replaces: [] });
    expect(last.lines).toEqual([]);
    await last.instance.update(replacement.id, replacement.outs, due.news);
    for (const [old, props] of [
      [id, outs],
      [failure.id, failure.properties],
    ] as const)
      await last.instance.delete(old, props);
    expect(billed()).toMatchObject([{ id: Number(replacement.id), label: FINISHED }]);
  });
});

describe("a replacement that is finished", () => {
  const replacement = anInstance({ generation: "next" });
  const labels = () => billed().map(({ label }) => label);
  let id: string;
  let outs: Bag;
  beforeEach(async () => {
    ({ id, outs } = await t.process().up(anInstance()));
  });

  /** A run up to the moment at which the engine has recorded the new instance, and not yet ended the old one. */
  async function replaced(process: ProviderProcess) {
    await preview(process, id, outs, replacement);
    return process.up(replacement);
  }

  it("has its label when the one that it replaces is ended, and nothing to change then", async () => {
    const process = t.process();
    const made = await replaced(process);
    expect(labels()).toEqual([FINISHED, `pulumi:${TOKEN}:pending`]);
    await process.instance.delete(id, outs);
    expect(billed()).toMatchObject([{ id: Number(made.id), label: FINISHED }]);
    expect(await preview(t.process(), made.id, made.outs, replacement)).toMatchObject({ changes: false });
  });

  it("is seen by the next preview of the old program when the run was killed before the engine recorded it", async () => {
    await replaced(t.process());
    await t.clock.sleep(60_000);
    const next = t.process();
    const { changes, news } = await preview(next, id, outs, anInstance());
    expect(changes).toBe(true);
    await next.instance.update(id, outs, news);
    expect(billed()).toMatchObject([{ id: Number(id), label: FINISHED }]);
  });

  it("gets its label by the next up when the run was killed before it ended the old one", async () => {
    const made = await replaced(t.process());
    await t.clock.sleep(60_000);
    const next = t.process();
    const { changes, replaces, news } = await preview(next, made.id, made.outs, replacement);
    expect({ changes, replaces }).toEqual({ changes: true, replaces: [] });
    const { outs: after } = await next.instance.update(made.id, made.outs, news);
    await next.instance.delete(id, outs);
    expect(billed()).toMatchObject([{ id: Number(made.id), label: FINISHED }]);
    expect(await preview(t.process(), made.id, after, replacement)).toMatchObject({ changes: false });
  });

  it("is not taken for left behind when its label could not be set", async () => {
    const process = t.process();
    const made = await replaced(process);
    t.simulator.faults.add({ on: `PUT /api/v0/instances/${made.id}/`, times: 20, then: "500-before" });
    await process.instance.delete(id, outs);
    expect(billed()).toMatchObject([{ id: Number(made.id) }]);
    t.simulator.faults.clear();
    await t.clock.sleep(10_000);
    expect(await preview(t.process(), made.id, made.outs, replacement)).toMatchObject({ changes: true });
  });

  it("is spared by a destroy that ends the old one first: the state has it", async () => {
    const made = await replaced(t.process());
    await t.clock.sleep(60_000);
    const process = t.process("key-a", [inState(id, outs, { isLeaving: true }), inState(made.id, made.outs)]);
    await process.instance.delete(id, outs);
    expect(billed()).toMatchObject([{ id: Number(made.id) }]);
    expect(process.lines.filter(({ kind }) => kind === "warning")).toEqual([]);
    await process.instance.delete(made.id, made.outs);
    expect(billed()).toEqual([]);
  });

  it("has its label at once when the old one was ended before", async () => {
    const process = t.process();
    await preview(process, id, outs, replacement);
    await process.instance.delete(id, outs);
    const made = await process.up(replacement);
    expect(billed()).toMatchObject([{ id: Number(made.id), label: FINISHED }]);
  });
});
