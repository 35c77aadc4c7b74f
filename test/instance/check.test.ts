import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Bag } from "../../provider/engine/values.js";
import { instanceLifecycle } from "../../provider/resources/instance/lifecycle.js";
import { anInstance, HANDLER, TOKEN } from "../support/harness.js";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** No account: check is local. */
const newLifecycle = () =>
  instanceLifecycle({
    accountOf: () => {
      throw new Error("check must not call the API");
    },
  });
const lifecycle = newLifecycle();
const check = (inputs: Bag, olds: Bag = {}) => lifecycle.check(olds, anInstance(inputs));

describe("checking an instance's inputs", () => {
  it("fills in every default, so that the stored inputs are complete", async () => {
    const { inputs, failures } = await check({});
    expect(failures).toEqual([]);
    expect(inputs).toEqual({
      offer: { gpuName: "RTX 4090" },
      image: "ubuntu:22.04",
      label: "trainer",
      ownerToken: TOKEN,
      rentalType: "on-demand",
      defaultFilters: true,
      maxAttempts: 5,
      diskGb: 10,
      runtype: "ssh",
      env: {},
      ports: [],
      volumes: [],
      keepVolumes: true,
      sshKeyIds: [],
      sshPublicKeys: [],
      labelMark: true,
      targetState: "running",
      pythonUtf8: false,
      langUtf8: false,
      force: false,
      cancelUnavailable: true,
      vm: false,
      timeouts: { createMinutes: 30, updateMinutes: 20, deleteMinutes: 10 },
      waitFor: { level: "running" },
      onBootFailure: "destroy",
      onDrift: {},
    });
  });

  it.each<[string, Bag, string, RegExp]>([
    ["an unknown field, with the nearest one", { disk: 10 }, "disk", /did you mean `diskGb`/],
    ["an unknown field, whatever its case", { disk_gb: 10 }, "disk_gb", /did you mean `diskGb`/],
    ["an unknown field in a group", { timeouts: { create: 5 } }, "timeouts.create", /did you mean `createMinutes`/],
    ["both offerId and offer", { offerId: 5 }, "offerId", /not both/],
    ["neither offerId nor offer", { offer: undefined }, "offer", /nothing says what to rent/],
    ["neither image nor template", { image: undefined }, "image", /nothing says what to run/],
    [
      "a bid on an on-demand offer",
      { rentalType: "on-demand", bidDollarsPerHour: 0.2 },
      "bidDollarsPerHour",
      /makes an instance interruptible/,
    ],
    [
      "a bid on a reserved offer",
      { rentalType: "reserved", bidDollarsPerHour: 0.2 },
      "bidDollarsPerHour",
      /"reserved"/,
    ],
    ["an interruptible rental without a bid", { rentalType: "interruptible" }, "bidDollarsPerHour", /needs a bid/],
    [
      "raising a bid without a cap",
      { onDrift: { outbid: "raiseBid" } },
      "onDrift.maxBidDollarsPerHour",
      /needs the most/,
    ],
    ["an action that makes no sense of a drift", { onDrift: { offline: "restart" } }, "onDrift.offline", /replace/],
    ["the same of a stop", { onDrift: { stopped: "raiseBid" } }, "onDrift.stopped", /start/],
    ["a drift that nothing can be done about", { onDrift: { notRunning: "replace" } }, "onDrift.notRunning", /./],
    [
      "a bid that may be raised above the price cap",
      {
        bidDollarsPerHour: 0.2,
        maxDollarsPerHour: 0.25,
        onDrift: { outbid: "raiseBid", maxBidDollarsPerHour: 2 },
      },
      "onDrift.maxBidDollarsPerHour",
      /raised to 2 \$\/h, and maxDollarsPerHour is 0\.25 \$\/h/,
    ],
    [
      "a cap below the bid",
      { bidDollarsPerHour: 0.4, maxDollarsPerHour: 0.3 },
      "maxDollarsPerHour",
      /below the bid of 0.4/,
    ],
    [
      "a label that is too long with the mark",
      { label: "x".repeat(240) },
      "label",
      /240 characters; with the provider's mark it is 260 and may be 256/,
    ],
    ["a label that looks like our end", { label: "mine pulumi:until:never" }, "label", /own mark/],
    [
      "a time to live without a start script",
      { timeToLiveHours: 5, runtype: "args" },
      "timeToLiveHours",
      /start script/,
    ],
    [
      "a time to live beside a template that is not made yet",
      { timeToLiveHours: 5, templateHash: UNKNOWN, onstart: "x" },
      "timeToLiveHours",
      /say the `runtype`/,
    ],
    ["a time to live of a virtual machine", { timeToLiveHours: 5, vm: true }, "timeToLiveHours", /virtual machine/],
    [
      "a time to live in a template's place",
      { timeToLiveHours: 5, templateHash: "a" },
      "timeToLiveHours",
      /repeat that/,
    ],
    [
      "a time to live with a template that may run no start script",
      { timeToLiveHours: 5, templateHash: "a", onstart: "x" },
      "timeToLiveHours",
      /say the `runtype`/,
    ],
    [
      "a time to live of what is adopted",
      { timeToLiveHours: 5, adoptInstanceId: 7 },
      "timeToLiveHours",
      /adopt it first/,
    ],
    [
      "a time to live before a start script that is not for a shell",
      { timeToLiveHours: 5, onstart: "#!/usr/bin/env python3\nprint(1)" },
      "timeToLiveHours",
      /begins with "#!\/usr\/bin\/env python3"; call that program from a shell/,
    ],
    [
      "a time to live with a variable that its watchdog needs",
      { timeToLiveHours: 5, env: { CONTAINER_API_KEY: "x" } },
      "timeToLiveHours",
      /by CONTAINER_API_KEY, which `env` would change/,
    ],
    ["a label that looks like our mark", { label: `mine pulumi:${"a".repeat(12)}` }, "label", /own mark/],
    ["an image that is too long", { image: "x".repeat(1025) }, "image", /at most 1,024/],
    ["an image with a blank", { image: "ubuntu 22.04" }, "image", /without blanks \(it is "ubuntu 22.04"\)/],
    [
      "onstart and args that are too long",
      { onstart: "x".repeat(16_385) },
      "onstart",
      /16385 characters together and may have 16384/,
    ],
    ["args with a runtype that does not run them", { runtype: "ssh", args: ["x"] }, "args", /does not run/],
    ["an entrypoint with ssh", { runtype: "ssh", entrypoint: "/x" }, "entrypoint", /only by runtype "args"/],
    ["entrypoint and onstart", { entrypoint: "/x", onstart: "y" }, "entrypoint", /one field for/],
    ["jupyterDir without Jupyter", { runtype: "ssh", jupyterDir: "/x" }, "jupyterDir", /no Jupyter/],
    ["a port that is none", { ports: [8080, "http"] }, "ports.1", /"http" is no port/],
    ["a port out of range", { ports: [65_536] }, "ports.0", /"65536" is no port/],
    [
      "more than 64 ports",
      { ports: Array.from({ length: 65 }, (_, i) => 1000 + i) },
      "ports",
      /65 ports .* at most 64/,
    ],
    ["a negative disk", { diskGb: -1 }, "diskGb", /at least 8.*\(it is -1\)/],
    ["a price cap of zero", { maxDollarsPerHour: 0 }, "maxDollarsPerHour", /above 0 \(it is 0\)/],
    ["a text where a number belongs", { diskGb: "much" }, "diskGb", /number.*\(it is "much"\)/],
    ["a broken number of attempts", { maxAttempts: 2.5 }, "maxAttempts", /whole number/],
    ["a runtype that does not exist", { runtype: "vnc" }, "runtype", /"ssh"/],
    ["an environment name that is a docker flag", { env: { "-p 80:80": "1" } }, "env.-p 80:80", /belong into `ports`/],
    ["an environment value that is no text", { env: { LEVEL: 3 } }, "env.LEVEL", /string/],
    ["an environment that is too large", { env: { A: "x".repeat(32_768) } }, "env", /32769 characters/],
    ["a timeout of zero", { timeouts: { createMinutes: 0 } }, "timeouts.createMinutes", /above 0/],
    ["a query that says nonsense", { offer: { reliability: { gte: 97 } } }, "offer.reliability", /0.97/],
    ["a query with an unknown field", { offer: { gpuNames: "H100" } }, "offer.gpuNames", /gpuName/],
    ["a query in Vast's own words", { offer: { num_gpus: 2 } }, "offer.num_gpus", /Did you mean "gpuCount"/],
    [
      "a file that cannot be read",
      { onstartFile: "does-not-exist.sh" },
      "onstartFile",
      /cannot be read .*no such file/,
    ],
    ["onstart twice", { onstart: "a", onstartFile: "b" }, "onstartFile", /not both/],
    ["a level that does not exist", { waitFor: { level: "gpu" } }, "waitFor.level", /"running".*"http"/],
    ["a port to wait for that is not given", { waitFor: { level: "port" } }, "waitFor.port", /needs the port inside/],
    ["a page to wait for without its port", { waitFor: { level: "http" } }, "waitFor.port", /"http" needs the port/],
    [
      "a port that ssh does not ask",
      { waitFor: { level: "ssh", port: 22 } },
      "waitFor.port",
      /port 22 is not asked by level "ssh".*leave it out/,
    ],
    ["a port that running does not ask", { waitFor: { port: 22 } }, "waitFor.port", /not asked by level "running"/],
    [
      "a port to wait for that is not published",
      { ports: [9090, "80:8000"], waitFor: { level: "http", port: 80 } },
      "waitFor.port",
      /nobody outside can reach port 80.*add 80 to `ports`/,
    ],
    [
      "a port to wait for that is published over UDP only",
      { ports: ["53/udp"], waitFor: { level: "port", port: 53 } },
      "waitFor.port",
      /not published over TCP/,
    ],
    [
      "port 22 where no SSH is published",
      { args: ["serve"], waitFor: { level: "port", port: 22 } },
      "waitFor.port",
      /nobody outside can reach port 22/,
    ],
    [
      "port 22 where SSH goes through the proxy",
      { connection: "proxy", waitFor: { level: "port", port: 22 } },
      "waitFor.port",
      /nobody outside can reach port 22/,
    ],
    [
      "port 8080 without a notebook",
      { runtype: "ssh", waitFor: { level: "port", port: 8080 } },
      "waitFor.port",
      /nobody outside can reach port 8080/,
    ],
    [
      "a port without a number of its own",
      { ports: [70_000], waitFor: { level: "port", port: 70_000 } },
      "waitFor.port",
      /1 to 65535.*\(it is 70000\)/,
    ],
    ["a port to wait for that is none", { waitFor: { level: "port", port: 0 } }, "waitFor.port", /1 to 65535/],
    ["half a port", { waitFor: { level: "port", port: 80.5 } }, "waitFor.port", /whole number/],
    ["ssh where none runs", { args: ["serve"], waitFor: { level: "ssh" } }, "waitFor.level", /runtype "args"/],
    [
      "ssh beside an entrypoint",
      { entrypoint: "/x", waitFor: { level: "ssh" } },
      "waitFor.level",
      /nothing answers "ssh" with runtype "args"/,
    ],
    [
      "a path without its slash",
      { waitFor: { level: "http", port: 22, path: "health" } },
      "waitFor.path",
      /starts with "\/".*\(it is "health"\)/,
    ],
    ["a path with a blank", { waitFor: { level: "http", port: 22, path: "/a b" } }, "waitFor.path", /blanks/],
    ["a path over two lines", { waitFor: { level: "http", port: 22, path: "/a\r\nb" } }, "waitFor.path", /blanks/],
    [
      "a path where no page is asked for",
      { waitFor: { level: "port", port: 22, path: "/x" } },
      "waitFor.path",
      /"\/x" is of use only with level "http", and it is "port"/,
    ],
    [
      "a status where no page is asked for",
      { waitFor: { level: "ssh", status: 200 } },
      "waitFor.status",
      /status 200 is of use only with level "http"/,
    ],
    [
      "a status that does not end an answer",
      { waitFor: { level: "http", port: 22, status: 199 } },
      "waitFor.status",
      /200 to 599.*\(it is 199\)/,
    ],
    ["a status above all", { waitFor: { level: "http", port: 22, status: 600 } }, "waitFor.status", /200 to 599/],
    [
      "a time to answer where nothing is asked",
      { waitFor: { timeoutMinutes: 5 } },
      "waitFor.timeoutMinutes",
      /counted from running.*use `timeouts.createMinutes`/,
    ],
    ["a time to answer of zero", { waitFor: { level: "ssh", timeoutMinutes: 0 } }, "waitFor.timeoutMinutes", /above 0/],
  ])("names %s", async (_, inputs, property, reason) => {
    const { failures } = await check(inputs);
    expect(failures.map((failure) => failure.property)).toContainEqual(expect.stringContaining(property));
    const failure = failures.find((one) => one.property.startsWith(property));
    expect(failure?.reason).toMatch(reason);
  });

  it("reports every mistake at once", async () => {
    const { failures } = await check({ disk: 3, maxAttempts: 99, ports: "80" });
    expect(failures.map(({ property }) => property).toSorted()).toEqual(["disk", "maxAttempts", "ports"]);
  });

  it("does not repeat secret values", async () => {
    const { failures } = await check({
      imageLogin: { username: "me", password: "hunter2 x" },
      env: { TOKEN: { s: "hunter3" } },
    });
    expect(failures.map(({ property }) => property).toSorted()).toEqual(["env.TOKEN", "imageLogin.password"]);
    expect(JSON.stringify(failures)).not.toMatch(/hunter/);
  });

  it("accepts what is not known yet, and checks the rest", async () => {
    const { inputs, failures } = await check({
      image: UNKNOWN,
      diskGb: UNKNOWN,
      env: { A: UNKNOWN },
      offer: { gpuName: UNKNOWN },
    });
    expect(failures).toEqual([]);
    expect(inputs).toMatchObject({ image: UNKNOWN, diskGb: UNKNOWN, env: { A: UNKNOWN }, maxAttempts: 5 });
    const wrong = await check({ image: UNKNOWN, diskGb: -3 });
    expect(wrong.failures.map(({ property }) => property)).toEqual(["diskGb"]);
  });

  it("leaves out a rule whose inputs are not known yet", async () => {
    expect((await check({ rentalType: "interruptible", bidDollarsPerHour: UNKNOWN })).failures).toEqual([]);
    expect((await check({ bidDollarsPerHour: UNKNOWN })).inputs).toMatchObject({ rentalType: "interruptible" });
  });

  it.each<[string, Bag]>([
    ["ssh", { waitFor: { level: "ssh", timeoutMinutes: 5 } }],
    ["ssh of a template, which says itself what it runs", { templateHash: "abc", waitFor: { level: "ssh" } }],
    ["a published port", { ports: ["80:8000"], waitFor: { level: "port", port: 8000 } }],
    ["a published port beside args", { args: ["serve"], ports: ["80/tcp"], waitFor: { level: "port", port: 80 } }],
    ["Vast's own port of SSH", { waitFor: { level: "port", port: 22 } }],
    ["Vast's own port of the notebook", { runtype: "jupyterLab", waitFor: { level: "port", port: 8080 } }],
    ["a port that a template may publish", { templateHash: "abc", waitFor: { level: "port", port: 7860 } }],
    ["a port of an instance that exists", { adoptInstanceId: 5, waitFor: { level: "port", port: 7860 } }],
    [
      "a page with all that can be said",
      { ports: [8080], waitFor: { level: "http", port: 8080, path: "/a?b=c%20d", status: 401, timeoutMinutes: 5 } },
    ],
    ["a port that is not known yet", { waitFor: { level: "port", port: UNKNOWN } }],
    ["ports that are not known yet", { ports: [UNKNOWN], waitFor: { level: "port", port: 8080 } }],
    ["a runtype that is not known yet", { runtype: UNKNOWN, args: ["serve"], waitFor: { level: "ssh" } }],
    ["args that are not known yet", { runtype: "args", args: [UNKNOWN], waitFor: { level: "ssh" } }],
  ])("accepts waiting for %s", async (_, inputs) => {
    const checked = await check(inputs);
    expect(checked.failures).toEqual([]);
    expect(checked.inputs.waitFor).toEqual(inputs.waitFor);
  });

  it("brings ports to one spelling", async () => {
    const { inputs } = await check({ ports: [8080, "9090/tcp", "80:8000", "53/udp", 70_001] });
    expect(inputs.ports).toEqual(["8080:8080", "9090:9090", "80:8000", "53:53/udp", "70001:70001"]);
  });

  it.each<[string, Bag, unknown]>([
    ["args for args", { args: ["serve"] }, "args"],
    ["args for an entrypoint", { entrypoint: "/bin/serve" }, "args"],
    ["what the template says", { image: undefined, templateHash: "abc" }, undefined],
    ["what the template says whose hash is not known yet", { image: undefined, templateHash: UNKNOWN }, undefined],
    ["args for args that are not known yet", { args: UNKNOWN }, "args"],
    ["what the program insists on", { templateHash: "abc", runtype: "jupyterLab" }, "jupyterLab"],
  ])("takes as runtype %s", async (_, inputs, runtype) => {
    expect((await check(inputs)).inputs.runtype).toBe(runtype);
  });

  it("reads onstart from a file, so that its text is what is compared", async () => {
    const folder = mkdtempSync(join(tmpdir(), "onstart-"));
    writeFileSync(join(folder, "start.sh"), "echo from file\n");
    const { inputs, failures } = await check({ onstartFile: join(folder, "start.sh") });
    rmSync(folder, { recursive: true });
    expect(failures).toEqual([]);
    expect(inputs.onstart).toBe("echo from file\n");
    expect(inputs).not.toHaveProperty("onstartFile");
  });

  it.each([
    ["keeps the token of the state on a machine of another name", `${"f".repeat(12)}${TOKEN}`, TOKEN],
    ["takes the program's token when resource, stack or project are renamed", "f".repeat(24), "f".repeat(24)],
  ])("%s, also when it is asked again as if the resource were new", async (_what, wanted, expected) => {
    const own = newLifecycle();
    const program = anInstance({ ownerToken: wanted });
    const first = await own.check(anInstance(), program);
    const second = await own.check({}, program);
    expect([first, second].map(({ inputs }) => inputs.ownerToken)).toEqual([expected, expected]);
  });

  it("takes null as not given", async () => {
    const { inputs, failures } = await check({ onstart: null, maxDollarsPerHour: null });
    expect(failures).toEqual([]);
    expect(inputs).not.toHaveProperty("onstart");
  });
});

describe("comparing what is with what is wanted", () => {
  async function diff(before: Bag, wanted: Bag) {
    const { inputs } = await check(wanted);
    return lifecycle.diff(
      "1",
      { ...(await check({})).inputs, __provider: HANDLER, ...before },
      { ...inputs, __provider: HANDLER },
    );
  }

  it.each<[string, Bag, Bag]>([
    ["an image without a tag and :latest", { image: "ubuntu:latest" }, { image: "ubuntu" }],
    ["a registry with a port and :latest", { image: "localhost:5000/a/b:latest" }, { image: "localhost:5000/a/b" }],
    ["a disk that reads back a little larger", { diskGb: 10.08 }, { diskGb: 10 }],
    ["an absent and an empty list of args", {}, { runtype: "args", args: [] }],
    ["onstart with and without the last newline", { onstart: "echo a" }, { onstart: "echo a\n" }],
    [
      "a bid in the last digit",
      { bidDollarsPerHour: 0.2 + 1e-9, rentalType: "interruptible" },
      { bidDollarsPerHour: 0.2 },
    ],
  ])("takes %s for the same", async (_, before, wanted) => {
    const { changes } = await diff({ ...before, ...(wanted.runtype ? { runtype: wanted.runtype } : {}) }, wanted);
    expect(changes).toBe(false);
  });

  it("announces a replacement for an unknown that may be one", async () => {
    expect(await diff({}, { diskGb: UNKNOWN })).toEqual({ changes: true, replaces: ["diskGb"] });
    expect(await diff({}, { image: UNKNOWN })).toEqual({ changes: true, replaces: [] });
    const fromTemplate = { image: undefined, runtype: undefined, templateHash: "abc" };
    expect(await diff(fromTemplate, { ...fromTemplate, templateHash: UNKNOWN })).toEqual({
      changes: true,
      replaces: [],
    });
  });

  it("brings a resource to today's provider text by an update", async () => {
    expect(await diff({ __provider: "an older text" }, {})).toEqual({ changes: true, replaces: [] });
  });
});
