// What a container and its host say, in the messages of a boot that failed.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Bag } from "../../provider/engine/values.js";
import type { Story } from "../../simulator/stories.js";
import { anInstance, failureOf, type ProviderProcess, type TestWorld, testWorld } from "../support/harness.js";

const MINUTE = 60_000;
const ENDS: Story = { entrypointExits: { afterMinutes: 0 } };

let t: TestWorld;
let process: ProviderProcess;
beforeEach(async () => {
  t = await testWorld({ reachable: true });
  process = t.process();
});
afterEach(() => t.stop());

async function failing(story: Story, inputs: Bag = {}): Promise<string> {
  t.world.tell({ story });
  return (await failureOf(process.up(anInstance({ maxAttempts: 1, ...inputs })))).message;
}
const said = () => JSON.stringify(process.lines);
const logsAskedFor = () => t.world.view().requests.filter(({ path }) => path.includes("request_logs")).length;

describe("the container's log", () => {
  const lines = Array.from({ length: 30 }, (_, i) => `line ${i}`);

  it("stands in the message with its last lines, each cut where it is too long", async () => {
    const log = `${[...lines, "x".repeat(500), "Traceback: no module named torch"].join("\n")}\n\n`;
    const message = await failing({ ...ENDS, log });
    expect(message).toContain(`The last lines of its log:\n  | line 20\n`);
    expect(message).toContain(`\n  | ${"x".repeat(200)}\n  | Traceback: no module named torch\n`);
    expect(message).not.toContain("line 19");
    expect(t.world.billedContracts()).toEqual([]);
  });

  it("stands in the message of one that is kept, too", async () => {
    const message = await failing({ ...ENDS, log: "no module named torch\n" }, { onBootFailure: "keep" });
    expect(message).toMatch(
      /the container ended .*\nThe last lines of its log:\n {2}\| no module named torch\n It stays in the stack/,
    );
  });

  it("stands in the message of an update whose container does not boot", async () => {
    const { id, outs } = await process.up(anInstance());
    t.world.tell({ story: { ...ENDS, log: "no module named torch\n" } });
    const { inputs } = await process.instance.check(outs, anInstance({ image: "acme/broken:2" }));
    const failure = await failureOf(process.instance.update(id, outs, { ...inputs, __provider: outs.__provider }));
    expect(failure.message).toMatch(/The last lines of its log:\n {2}\| no module named torch\n It stays in the stack/);
  });

  it("stands in the account and in the warning of a machine that failed", async () => {
    const driver = "nvidia-container-cli: nvml error: driver not loaded";
    const message = await failing({ reports: { actual: "exited", message: driver } });
    expect(message).toMatch(/of its GPU\)\n {4}The last lines of its log:\n {6}\| container started\n/);
    expect(said()).toMatch(/driver not loaded.*The last lines of its log:.*container started.*It was destroyed/);
  });

  it.each([
    ["never was, says the service", "Error response from daemon: No such container: C.50000001\n", false],
    ["prints the same words itself", "starting\nError: No such container: helper\n", true],
  ])("is left out when it %s", async (_, log, isShown) => {
    expect((await failing({ ...ENDS, log })).includes("The last lines of its log")).toBe(isShown);
  });

  it.each<[string, Story]>([
    ["a host that is silent", { hostGoesOffline: { afterMinutes: 0.5 } }],
    ["a host that has no container yet", { noSpace: true }],
  ])("is not asked for from %s", async (_, story) => {
    await failing(story);
    expect(logsAskedFor()).toBe(0);
  });

  it.each(["429", "slow", "hang-up-before"] as const)(
    "does not keep a machine billed that failed: %s",
    async (then) => {
      t.simulator.faults.add({ on: "PUT /api/v0/instances/request_logs/*", then, times: "always" });
      const message = await failing({ ...ENDS, boots: { afterMinutes: 1 } });
      const [contract] = t.world.contracts();
      const lived = Date.parse(contract?.destroyedAt ?? "") - Date.parse(contract?.createdAt ?? "");
      expect(lived).toBeLessThan(1 * MINUTE + 45_000);
      expect(message).toContain("the container ended");
    },
  );
});

describe("secrets", () => {
  const LONG = `eyJ${"a1B2".repeat(70)}`;
  const PEM = Array.from({ length: 28 }, (_, i) => `MIIEpAIBAAKCAQEAline${i}`);

  it.each<[string, Bag, string, string]>([
    ["a value that is longer than a line", { env: { CREDENTIAL: LONG } }, `with ${LONG}\n`, LONG.slice(0, 60)],
    ["a value of several lines", { env: { PEM: PEM.join("\n") } }, PEM.join("\n"), "MIIEpAIBAAKCAQEAline25"],
    [
      "an argument",
      { runtype: "args", args: ["--hf", "hf0secretsecret1"] },
      "--hf hf0secretsecret1\n",
      "hf0secretsecret1",
    ],
    ["a short password", { imageLogin: { username: "someuser", password: "pw5!x" } }, "login pw5!x failed\n", "pw5!x"],
    ["the API key", {}, "+ echo key-a\n", "key-a"],
  ])("of a log are not shown: %s", async (_, inputs, log, secret) => {
    const message = await failing({ ...ENDS, log }, inputs);
    expect(message).toContain("The last lines of its log");
    expect(message).not.toContain(secret);
    expect(said()).not.toContain(secret);
  });

  it("of the container itself are not shown: its key, and the token of its notebook", async () => {
    const story: Story = { ...ENDS, log: "" };
    t.world.tell({ story });
    const creating = failureOf(process.up(anInstance({ runtype: "jupyter", onBootFailure: "keep" })));
    while (t.world.contracts().length === 0) await t.clock.sleep(100);
    const row = await process.account.client.instances.show(t.world.contracts()[0]?.id ?? 0);
    story.log = `+ echo ${row?.jupyter_token}\n`;
    const failure = await creating;
    expect(failure.message).toContain("  | + echo …\n");

    story.log = `+ echo ${failure.properties.instanceApiKey}\n`;
    const { inputs } = await process.instance.check(
      failure.properties,
      anInstance({ runtype: "jupyter", image: "x:2" }),
    );
    const news = { ...inputs, __provider: failure.properties.__provider };
    const again = await failureOf(process.instance.update(failure.id, failure.properties, news));
    expect(String(failure.properties.instanceApiKey)).toMatch(/^\S{16,}$/);
    expect(again.message).toContain("  | + echo …\n");
  });

  it.each<[string, string, Bag]>([
    [
      "user",
      'exec: "--token=hfsecretsecret": executable file not found in $PATH',
      { args: ["--token=hfsecretsecret"] },
    ],
    ["host", "OCI runtime create failed: bad hfsecretsecret in environment", { env: { PHRASE: "hfsecretsecret" } }],
    [
      "nobody",
      'running "--token hfsecretsecret"',
      { args: ["--token", "hfsecretsecret"], timeouts: { createMinutes: 3 } },
    ],
  ])(
    "of the host's words are shown nowhere: neither in messages, nor lines, nor outputs (the fault is the %s's)",
    async (_, message, inputs) => {
      t.world.tell({ story: { reports: { actual: "created", message } } });
      const failure = await failureOf(
        process.up(anInstance({ maxAttempts: 1, runtype: "args", onBootFailure: "keep", ...inputs })),
      );
      expect(t.world.contracts()[0]?.statusMsg).toContain("hfsecretsecret");
      const { args, env, ...outputs } = failure.properties ?? {};
      expect([failure.message, said(), outputs].join()).not.toContain("hfsecretsecret");
      expect(JSON.stringify(outputs)).not.toContain("hfsecretsecret");
      if (failure.id === undefined) return;
      expect(String(outputs.statusMessage)).toContain("…");
      const { props = {} } = await process.instance.read(failure.id, failure.properties);
      expect(String(props.statusMessage)).not.toContain("hfsecretsecret");
    },
  );

  it("do not hide behind what a terminal obeys", async () => {
    const message = await failing({ ...ENDS, log: "\u001b[2J\u001b]0;owned\u0007hello\u001b[31m you\n" });
    expect(message).toContain("  | hello you\n");
    expect(message).not.toContain("\u001b");
  });
});
