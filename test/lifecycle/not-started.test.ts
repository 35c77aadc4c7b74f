// Contracts that do not run although the program wants it: who rented them decides whether they are started, given back, or left alone.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Bag } from "../../provider/engine/values.js";
import { anInstance, failureOf, type ProviderProcess, type TestWorld, TOKEN, testWorld } from "../support/harness.js";
import { plan } from "../support/steps.js";

const FINISHED = `trainer pulumi:${TOKEN}`;
const MINUTE = 60_000;

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld({ reachable: true });
});
afterEach(() => t.stop());

const starts = () =>
  t.world.view().requests.filter(({ method, path }) => method === "PUT" && /^\/api\/v0\/instances\/\d+\/$/.test(path))
    .length;

async function untilRented(): Promise<number> {
  while (t.world.contracts().length === 0) await t.clock.sleep(100);
  return t.world.contracts()[0]?.id ?? 0;
}

async function untilRunning(): Promise<void> {
  while (t.world.contracts()[0]?.actualStatus !== "running") await t.clock.sleep(1_000);
}

async function nextUp(process: ProviderProcess, id: string, before: Bag, program: Bag) {
  const { inputs } = await process.instance.check(before, program);
  return process.instance.update(id, before, { ...inputs, __provider: program.__provider });
}

describe("a contract that this run rented and nobody started (recorded 2026-05-18)", () => {
  it("is asked to start, once, and is the instance when it does", async () => {
    t.world.tell({ times: 1, story: { neverStarted: true } });
    const { id } = await t.process().up(anInstance());
    expect(t.world.contracts()).toMatchObject([{ id: Number(id), actualStatus: "running", label: FINISHED }]);
    // The start, and the label.
    expect(starts()).toBe(2);
  });

  it("is given back when its GPU is somebody else's, and another is rented: nothing starts hours later", async () => {
    t.world.tell({ times: 1, story: { neverStarted: true } });
    const creating = t.process().up(anInstance());
    const first = await untilRented();
    t.world.takeGpusOf(first);
    const before = t.clock.now();
    const { id } = await creating;

    expect(t.clock.now() - before).toBeLessThan(5 * MINUTE);
    expect(t.world.contracts().map(({ destroyedAt }) => destroyedAt === null)).toEqual([false, true]);
    t.world.freeGpusOf(first);
    await t.clock.sleep(300 * MINUTE);
    expect(t.world.billedContracts()).toMatchObject([{ id: Number(id), actualStatus: "running", label: FINISHED }]);
  });

  it("waits for its GPU where the program allows it, and takes the start back when time is over", async () => {
    t.world.tell({ times: 1, story: { neverStarted: true } });
    const program = anInstance({ cancelUnavailable: false, timeouts: { createMinutes: 10 } });
    const failing = failureOf(t.process().up(program));
    const first = await untilRented();
    t.world.takeGpusOf(first);
    const failure = await failing;

    expect(failure.id).toBe(String(first));
    expect(failure.message).toMatch(
      /could not start within 10 min: its GPU is rented by somebody else\. The start was taken back/,
    );
    t.world.freeGpusOf(first);
    await t.clock.sleep(60 * MINUTE);
    expect(t.world.contracts()).toMatchObject([{ id: first, curState: "stopped", intendedStatus: "stopped" }]);
  });
});

describe("a contract that an earlier run rented and somebody stopped since", () => {
  const program = anInstance({ waitFor: { level: "ssh" } });

  it("is neither started unasked nor destroyed, and the next update starts it", async () => {
    t.world.tell({ times: 1, story: { portsOpenAfter: { minutes: 600 } } });
    const killed = t.process();
    const failing = failureOf(killed.up(program));
    await untilRunning();
    killed.cancel();
    await failing;
    const id = t.world.contracts()[0]?.id ?? 0;
    t.world.act(id, { do: "stop" });
    await t.clock.sleep(30 * MINUTE);

    const failure = await failureOf(t.process().up(program));
    // The label, and nothing else.
    expect(starts()).toBe(1);
    expect(t.world.contracts()).toMatchObject([{ id, curState: "stopped", destroyedAt: null }]);
    expect(failure.id).toBe(String(id));
    expect(failure.message).toMatch(
      /^Instance \d+ is not ready: it is stopped, and this run did not rent it\. It stays in the stack\. It costs .* the next `pulumi up` brings it to what the program says, or `pulumi destroy` ends it\.$/,
    );

    await nextUp(t.process(), failure.id, failure.properties, program);
    expect(t.world.contracts()).toMatchObject([{ id, actualStatus: "running", label: FINISHED }]);
  });
});

describe("an instance that is adopted", () => {
  const adopting = (id: string, inputs: Bag = {}) =>
    anInstance({ offer: undefined, adoptInstanceId: Number(id), ownerToken: "e".repeat(12), ...inputs });
  let id: string;
  beforeEach(async () => {
    ({ id } = await t.process().up(anInstance({ labelMark: false })));
  });

  it.each([
    ["stopped", "running", "stop"],
    ["running", "stopped", undefined],
  ] as const)(
    "is taken over as it is, %s, and the next preview shows that the program wants it %s",
    async (is, targetState, action) => {
      if (action) t.world.act(Number(id), { do: action });
      await t.clock.sleep(60 * MINUTE);
      const before = starts();
      const { outs } = await t.process().up(adopting(id, { targetState }));

      expect(t.world.contracts()).toMatchObject([{ curState: is, label: `trainer pulumi:${"e".repeat(12)}` }]);
      // The label, and nothing else.
      expect(starts() - before).toBe(1);
      expect(outs).toMatchObject({ targetState: is });
      expect(await plan(t.process().instance, { id, outs }, adopting(id, { targetState }))).toBe("update");
    },
  );

  it("whose start waits for its GPU is waited for, and the start is taken back when time is over", async () => {
    t.world.act(Number(id), { do: "stop" });
    await t.clock.sleep(60 * MINUTE);
    t.world.takeGpusOf(Number(id));
    t.world.act(Number(id), { do: "start" });
    const failure = await failureOf(t.process().up(adopting(id, { timeouts: { createMinutes: 5 } })));
    expect(failure.message).toMatch(/could not start within 5 min: .* The start was taken back/);
    expect(t.world.contracts()).toMatchObject([{ intendedStatus: "stopped", destroyedAt: null }]);
  });
});
