import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Bag } from "../../provider/engine/values.js";
import { anInstance, failureOf, type ProviderProcess, type TestWorld, TOKEN, testWorld } from "../support/harness.js";

const FINISHED = `trainer pulumi:${TOKEN}`;
const PENDING = `pulumi:${TOKEN}:pending`;
const MINUTE = 60_000;

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld({ reachable: true });
});
afterEach(() => t.stop());

const web = (inputs: Bag = {}) =>
  anInstance({ ports: [8080], waitFor: { level: "http", port: 8080, path: "/health" }, ...inputs });

/** The reasons of the progress lines that tell of a running instance. */
const asked = (process: ProviderProcess) =>
  process.lines.filter(({ text }) => text.startsWith("running;")).map(({ text }) => text.split(" · ")[0]);

/** Minutes from the first progress line to now are of no interest; this is the moment when the container began to run. */
async function untilRunning() {
  while (t.world.contracts()[0]?.actualStatus !== "running") await t.clock.sleep(1_000);
  return t.clock.now();
}

/** check and update with the same program, as the next `pulumi up` does after a failed create. */
async function nextUp(process: ProviderProcess, id: string, before: Bag, program: Bag) {
  const { inputs } = await process.instance.check(before, program);
  return process.instance.update(id, before, { ...inputs, __provider: program.__provider });
}

describe("waiting for more than running", () => {
  it.each([
    ["ssh", anInstance({ waitFor: { level: "ssh" } }), "ssh"],
    ["ssh through Vast's proxy", anInstance({ connection: "proxy", waitFor: { level: "ssh" } }), "ssh"],
    ["a port", anInstance({ ports: ["9000:8000"], waitFor: { level: "port", port: 8000 } }), "port 8000"],
    ["a page", web(), "http on port 8080"],
  ])("ends when it answers, and no earlier: %s", async (_, program, name) => {
    t.world.tell({ story: { portsOpenAfter: { minutes: 3 } } });
    const process = t.process();
    const creating = process.up(program);
    const ranAt = await untilRunning();
    expect(t.world.billedContracts()).toMatchObject([{ label: PENDING }]);
    const { id, outs } = await creating;

    const waited = t.clock.now() - ranAt;
    expect(waited).toBeGreaterThan(3 * MINUTE - 1_000);
    expect(waited).toBeLessThan(3 * MINUTE + 10_000);
    expect(t.world.billedContracts()).toMatchObject([{ id: Number(id), label: FINISHED }]);
    expect(outs).toMatchObject({ status: "running", publicIp: "127.0.0.1" });
    expect(asked(process)).toEqual([`running; waiting for ${name}: the connection was cut`]);
  });

  it("is a phase of its own in the progress, with elapsed time and price", async () => {
    t.world.tell({ story: { boots: { afterMinutes: 2.2 }, portsOpenAfter: { minutes: 3 } } });
    const process = t.process();
    await process.up(web());
    const passing = process.lines.filter(({ kind }) => kind === "passing").map(({ text }) => text);
    expect(passing.at(-1)).toMatch(
      /^running; waiting for http on port 8080: the connection was cut · 2 min \d+ s · 0\.30\d \$\/h$/,
    );
  });

  it("says nothing when the answer comes at once", async () => {
    const process = t.process();
    await process.up(web());
    expect(asked(process)).toEqual([]);
  });

  it("tells each reason once, when it changes", async () => {
    t.world.tell({ story: { portsOpenAfter: { minutes: 2 }, httpStatus: 503 } });
    const process = t.process();
    await failureOf(process.up(web({ timeouts: { createMinutes: 10 } })));
    expect(asked(process)).toEqual([
      "running; waiting for http on port 8080: the connection was cut",
      "running; waiting for http on port 8080: HTTP 503",
    ]);
  });

  it("takes the status that the program names", async () => {
    t.world.tell({ story: { httpStatus: 401 } });
    await t.process().up(web({ waitFor: { level: "http", port: 8080, status: 401 } }));
    expect(t.world.billedContracts()).toMatchObject([{ label: FINISHED }]);
  });

  it("asks a stopped instance for nothing", async () => {
    const process = t.process();
    await process.up(web({ targetState: "stopped" }));
    expect(t.world.billedContracts()).toMatchObject([{ curState: "stopped", label: FINISHED }]);
    expect(asked(process)).toEqual([]);
  });

  it("asks again after a change in place", async () => {
    const process = t.process();
    const { id, outs } = await process.up(web());
    t.world.tell({ story: { portsOpenAfter: { minutes: 3 } } });
    const before = t.clock.now();
    await nextUp(process, id, outs, web({ env: { MODE: "serve" } }));
    expect(t.clock.now() - before).toBeGreaterThan(3 * MINUTE);
    expect(asked(process)).toEqual(["running; waiting for http on port 8080: the connection was cut"]);
  });
});

describe("an instance that runs and does not answer in time", () => {
  it("stays in the stack, is named with what was asked where, and the next run goes on asking", async () => {
    t.world.tell({ story: { httpStatus: 503 } });
    const program = web({ timeouts: { createMinutes: 10, updateMinutes: 5 } });
    const failure = await failureOf(t.process().up(program));

    const [contract, ...others] = t.world.billedContracts();
    expect(others).toEqual([]);
    expect(failure.id).toBe(String(contract?.id));
    expect(failure.properties).toMatchObject({ status: "running" });
    expect(failure.message).toMatch(
      /^Instance \d+ runs, but http on port 8080 did not answer as wanted at http:\/\/127\.0\.0\.1:\d+\/health \(container port 8080\) after 10 min \(`timeouts\.createMinutes`\): HTTP 503\. It stays in the stack\. It costs 0\.30\d \$\/h while running.*\. Run `pulumi up` to go on asking, or correct `waitFor` or what the container runs, or `pulumi destroy` ends it\.$/,
    );

    const again = await failureOf(nextUp(t.process(), failure.id, failure.properties, program));
    expect(again.message).toMatch(/after 5 min \(`timeouts\.updateMinutes`\): HTTP 503/);
    expect(again.id).toBe(failure.id);

    const patient = web({ waitFor: { level: "http", port: 8080, status: 503 } });
    const { outs } = await nextUp(t.process(), again.id, again.properties, patient);
    expect(outs).toMatchObject({ status: "running", label: "trainer" });
    expect(t.world.contracts()).toMatchObject([{ label: FINISHED, destroyedAt: null }]);
  });

  it("has a time limit of its own that begins when it runs, shorter or longer than the create's", async () => {
    t.world.tell({ story: { boots: { afterMinutes: 8 }, httpStatus: 503 } });
    const process = t.process();
    const failing = failureOf(
      process.up(web({ timeouts: { createMinutes: 10 }, waitFor: { level: "http", port: 8080, timeoutMinutes: 20 } })),
    );
    const ranAt = await untilRunning();
    const failure = await failing;
    expect(t.clock.now() - ranAt).toBeGreaterThan(20 * MINUTE - 5_000);
    expect(t.clock.now() - ranAt).toBeLessThan(20 * MINUTE + 5_000);
    expect(failure.message).toMatch(/20 min after it began to run \(`waitFor\.timeoutMinutes`\): HTTP 503/);

    const before = t.clock.now();
    const short = web({ waitFor: { level: "http", port: 8080, timeoutMinutes: 1 } });
    const again = await failureOf(nextUp(process, failure.id, failure.properties, short));
    expect(t.clock.now() - before).toBeLessThan(70_000);
    expect(again.message).toMatch(/1 min after it began to run/);
  });

  it("does not say that it runs when it never did", async () => {
    t.world.tell({ story: { imageNeverPulls: true } });
    const failure = await failureOf(t.process().up(web({ timeouts: { createMinutes: 5 } })));
    expect(failure.message).toMatch(/is not ready after 5 min: loading: Pulling fs layer/);
  });

  it("does not say that it runs when it is offline by then", async () => {
    t.world.tell({ story: { httpStatus: 503, hostGoesOffline: { afterMinutes: 6 } } });
    const process = t.process();
    const failure = await failureOf(process.up(web({ timeouts: { createMinutes: 8 } })));
    expect(asked(process)).toEqual(["running; waiting for http on port 8080: HTTP 503"]);
    expect(failure.message).toMatch(/is not ready after 8 min: the host is offline\. It stays in the stack/);
  });

  it("is said to have no public port when its machine has none", async () => {
    t.world.replaceOffers([{ dph_base: 0.3, direct_port_count: 0 }]);
    const process = t.process();
    const failure = await failureOf(process.up(web({ timeouts: { createMinutes: 5 } })));
    expect(asked(process)).toEqual([
      "running; waiting for http on port 8080: it is not reachable, for the machine has no public ports",
    ]);
    expect(failure.message).toMatch(
      /http on port 8080 did not answer as wanted after 5 min .*: it is not reachable, for the machine has no public ports\. .* Correct `waitFor`, or run `pulumi up --refresh --replace`/,
    );
  });

  it("is let go at once on Ctrl-C and kept in the stack", async () => {
    t.world.tell({ story: { httpStatus: 503 } });
    const process = t.process();
    const failing = failureOf(process.up(web()));
    await untilRunning();
    await t.clock.sleep(MINUTE);
    const before = t.clock.now();
    process.cancel();
    const failure = await failing;
    expect(t.clock.now() - before).toBeLessThan(1_000);
    expect(failure.id).toBe(String(t.world.billedContracts()[0]?.id));
    expect(failure.message).toMatch(/cancelled while instance \d+ was not ready yet/);
  });

  it("is taken up again by the next create when the run was killed while it was asked", async () => {
    t.world.tell({ story: { portsOpenAfter: { minutes: 30 } } });
    const killed = t.process();
    const failing = failureOf(killed.up(web()));
    await untilRunning();
    await t.clock.sleep(MINUTE);
    killed.cancel();
    await failing;
    const { id } = await t.process().up(web({ timeouts: { createMinutes: 60 } }));
    expect(t.world.contracts()).toMatchObject([{ id: Number(id), label: FINISHED }]);
  });
});

describe("an instance that changes while it is asked", () => {
  it("has failed to boot when its container ends", async () => {
    t.world.tell({ story: { portsOpenAfter: { minutes: 30 }, entrypointExits: { afterMinutes: 4 } } });
    const failure = await failureOf(t.process().up(web()));
    expect(failure.id).toBeUndefined();
    expect(failure.message).toMatch(/did not boot because of what it was asked to run: the container ended/);
    expect(t.world.billedContracts()).toEqual([]);
  });

  it("is another machine's turn when the machine goes offline", async () => {
    t.world.tell({ times: 1, story: { portsOpenAfter: { minutes: 30 }, hostGoesOffline: { afterMinutes: 5 } } });
    const { id } = await t.process().up(web());
    expect(t.world.contracts().map(({ destroyedAt }) => destroyedAt === null)).toEqual([false, true]);
    expect(t.world.billedContracts()).toMatchObject([{ id: Number(id), label: FINISHED }]);
  });

  it("is noticed to be gone", async () => {
    t.world.tell({ story: { portsOpenAfter: { minutes: 30 } } });
    const failing = failureOf(t.process().up(web()));
    await untilRunning();
    await t.clock.sleep(MINUTE);
    t.world.act(t.world.billedContracts()[0]?.id ?? 0, { do: "destroy" });
    const failure = await failing;
    expect(failure.id).toBeUndefined();
    expect(failure.message).toMatch(/It is not billed any more/);
  });

  it("is called where its newest row says", async () => {
    t.world.tell({ story: { httpStatus: 503 } });
    const process = t.process();
    const creating = process.up(web());
    await untilRunning();
    await t.clock.sleep(MINUTE);
    const { instances } = process.account.client;
    const id = t.world.billedContracts()[0]?.id ?? 0;
    await instances.updateTemplate(id, { env: { "-p 9090:9090": "1" } });
    await t.clock.sleep(5 * MINUTE);
    t.world.tell({ story: {} });
    await instances.updateTemplate(id, { env: { "-p 8080:8080": "1" } });
    await creating;
    expect(asked(process)).toEqual([
      "running; waiting for http on port 8080: HTTP 503",
      "running; waiting for http on port 8080: it is not reachable, for container port 8080 is mapped to no public port",
    ]);
  });

  it("is neither started again nor replaced when somebody stops it", async () => {
    t.world.tell({ story: { portsOpenAfter: { minutes: 30 } } });
    const failing = failureOf(t.process().up(web()));
    await untilRunning();
    await t.clock.sleep(MINUTE);
    t.world.act(t.world.billedContracts()[0]?.id ?? 0, { do: "stop" });
    const failure = await failing;
    expect(t.world.contracts()).toMatchObject([{ id: Number(failure.id), curState: "stopped", destroyedAt: null }]);
    expect(failure.message).toMatch(/it ran, and then somebody stopped it/);
  });
});
