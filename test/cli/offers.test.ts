import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { offersCommand } from "../../cli/offers.js";
import { createAccount } from "../../provider/account/account.js";
import { type TestWorld, testWorld } from "../support/harness.js";

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld({ offers: 0 });
  t.world.replaceOffers([
    { machine_id: 11, dph_base: 0.4, storage_cost: 0.36, reliability: 0.99, inet_up_cost: 0.01, inet_down_cost: 0 },
    { machine_id: 12, dph_base: 0.3, storage_cost: 0.72, reliability: 0.95, geolocation: "Berlin, DE" },
    { machine_id: 13, dph_base: 0.1, verification: "unverified" },
    { machine_id: 14, dph_base: 0.1, gpu_name: "RTX 3090" },
  ]);
});
afterEach(() => t.stop());

/** A home without the key files of Vast's client. */
function aHome(): string {
  const home = mkdtempSync(join(tmpdir(), "offers-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

interface Told {
  readonly code: number | undefined;
  readonly out: string;
  readonly err: string;
}

/** Runs the command inside this process, on the world's clock. */
async function offers(
  args: readonly string[],
  { columns, env = {} }: { columns?: number; env?: object } = {},
): Promise<Told> {
  const stdout = Object.assign(new PassThrough(), columns === undefined ? {} : { isTTY: true, columns });
  const stderr = new PassThrough();
  const told = { code: undefined as number | undefined, out: "", err: "" };
  stdout.on("data", (chunk) => {
    told.out += chunk;
  });
  stderr.on("data", (chunk) => {
    told.err += chunk;
  });
  const command = offersCommand({
    stdout,
    stderr,
    env: { HOME: aHome(), VAST_URL: t.simulator.url, ...env },
    accountOf: (settings) => createAccount(settings, t.clock),
    exit: (code) => {
      told.code = code;
    },
  });
  await command.parseAsync([...args], { from: "user" });
  return told;
}

const requests = () => t.world.view().requests;

describe("pulumi-vastai offers", () => {
  it("shows what fits, the cheapest with its disk first, without a key, and the query for a program", async () => {
    const { code, out, err } = await offers(["gpu_name=RTX_4090", "reliability>=0.9", "--disk", "100"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const lines = out.split("\n");
    expect(lines[0]).toBe(
      "2 offers fit RTX 4090, reliability ≥ 0.9 with 100 GB of disk; best first by price. Prices in $ include the disk and no traffic; Mb/s.",
    );
    expect(lines[1]).toMatch(/^GPU +\$\/H +STOPPED +\$\/MONTH +WHERE +RELIABLE +DOWN\/UP +MACHINE +OFFER$/);
    expect(lines[2]).toMatch(/^1x RTX 4090 +0\.400 +0\.1000 +292\.00 +Berlin, DE +0\.9500 +\d+\/\d+ +12 +\d+$/);
    expect(lines[3]).toMatch(/^1x RTX 4090 +0\.450 +0\.0500 +328\.50 .* 11 +\d+$/);
    expect(out).toContain(
      'In a program:\n  offer: { gpuName: "RTX 4090", reliability: { gte: 0.9 } },\n  diskGb: 100,\n\n' +
        "For Vast's own client:\n  vastai search offers 'gpu_name=RTX_4090 reliability>=0.9' --storage 100 -o 'dph_total'\n",
    );
    expect(requests()).toHaveLength(1);
  });

  it("takes the query as it stands in a program, with the other inputs, and says all of it again", async () => {
    const query = '{ gpuName: "RTX 4090", country: ["DE", "SE"] }';
    const flags =
      "--storage 20 --type bid --bid 0.25 --max 0.5 --order reliability:desc --upload 100 --limit 1 -n".split(" ");
    const { code, out } = await offers([query, ...flags]);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^3 offers fit RTX 4090, DE or SE with 20 GB of disk; the best 1 of them by reliability desc\./,
    );
    expect(out).toContain("$/MONTH  TRAFFIC $  WHERE");
    expect(out).toContain(
      '  offer: { gpuName: "RTX 4090", country: ["DE", "SE"] },\n  diskGb: 20,\n  rentalType: "interruptible",\n' +
        "  bidDollarsPerHour: 0.25,\n  maxDollarsPerHour: 0.5,\n" +
        '  orderBy: [{ field: "reliability", direction: "desc" }],\n  defaultFilters: false,\n',
    );
    expect(out).toContain(
      "vastai search offers 'gpu_name=RTX_4090 geolocation in [DE,SE] dph_total<=0.5 min_bid<=0.25' --storage 20 -o 'reliability-' --type bid -n",
    );
  });

  it("quotes what a shell would take apart", async () => {
    const { out } = await offers([`{ motherboard: "Bob's" }`, "--no-default"]);
    expect(out).toContain(`vastai search offers 'mobo_name="Bob'\\''s"' --storage 10 -o 'dph_total' -n\n`);
  });

  it("says why when nothing fits, and ends with 1", async () => {
    const { code, out, err } = await offers(["gpu_name=RTX_4090 reliability>0.999 dph<=0.42"]);
    expect(code).toBe(1);
    expect(err).toMatch(/^note: Counting what each filter rules out/);
    expect(out).toMatch(/^Nothing fits: RTX 4090, reliability > 0\.999, dollarsPerHour ≤ 0\.42 with 10 GB of disk\.\n/);
    expect(out).toContain("Without `reliability > 0.999` 2 offers fit, the cheapest at 0.310 $/h.");
    expect(out).toMatch(/^LEFT OUT +FROM +RULES OUT +THEN FIT +CHEAPEST \$\/H$/m);
    expect(out).toMatch(/^reliability > 0\.999 +query +3 +2 +0\.310$/m);
    expect(out).toMatch(/^verified +default +1 +0 +-$/m);
    expect(out).toContain("RULES OUT: how many of 3 offers of RTX 4090 it rules out by itself.");
    expect(requests().length).toBeLessThanOrEqual(7);
  });

  it("names the card on the market that is near to one that is not", async () => {
    const { code, out } = await offers(["gpu_name=RTX_4099"]);
    expect(code).toBe(1);
    expect(out.replace(/\s+/g, " ")).toContain('The market has no offer of RTX 4099 at all. Did you mean "RTX 4090"?');
    t.simulator.faults.add({ on: "GET /api/v0/gpu_names/unique/", times: 9, then: "not-json" });
    expect((await offers(["gpu_name=RTX_4099"])).out).toContain("no offer of RTX 4099 at all.\n");
  });

  it("counts what each filter rules out when asked, though something fits", async () => {
    const { code, out } = await offers(["gpu_name=RTX_4090 reliability>=0.98", "--explain"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^1 offer fits/);
    expect(out).toMatch(/^reliability ≥ 0\.98 +query +\d +2 +/m);
    expect(out).toMatch(/^gpuName = RTX 4090 +query +- +2 +0\.1/m);
    expect(out).not.toContain("Without");
  });

  it("writes JSON for a machine", async () => {
    const { code, out } = await offers(["num_gpus=1", "--json", "--explain", "--limit", "1", "--download", "5"]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      args: { offer: { gpuCount: 1 }, diskGb: 10, limit: 1, traffic: { downloadGb: 5 } },
      offers: [{ machineId: 14, gpuName: "RTX 3090", trafficDollars: expect.any(Number) }],
      fittingCount: 3,
      isCountComplete: true,
      why: {
        leftOut: expect.arrayContaining([expect.objectContaining({ key: "verified", fitting: 4, orMore: false })]),
      },
    });
  });

  it("looks for anything without a query, fits a narrow terminal, and shows no escape sequences of hosts", async () => {
    t.world.replaceOffers([
      { machine_id: 1, geolocation: "\u001b[31mA village with a very long name, in a long valley, DE" },
    ]);
    const { code, out } = await offers([], { columns: 90, env: { NO_COLOR: "1" } });
    expect(code).toBe(0);
    expect(out).toMatch(/^1 offer fits any offer with 10 GB of disk/);
    expect(out).not.toContain("\u001b");
    const table = out.split("\n").filter((line) => /^(GPU|1x)/.test(line));
    expect(Math.max(...table.map((line) => line.length))).toBeLessThanOrEqual(90);
  });

  it.each([
    [["num_gpu>=2"], '"num_gpu" at position 1 is not a key of offers. Did you mean "num_gpus"?'],
    [["{ gpuNmae: 'A10' }"], 'Did you mean "gpuName"?'],
    [["num_gpus=1", "--order", "dph_totl"], 'Did you mean "dph_total"?'],
    [["--disk", "2"], "diskGb is in GB and at least 8"],
    [["--limit", "0"], "limit must be at least 1"],
    [["--bid", "0.1", "--type", "reserved"], 'rentalType is "reserved"'],
  ])("ends %j with 2 before anything is sent", async (args, words) => {
    const { code, out, err } = await offers(args);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(words);
    expect(err).toMatch(/^error: /);
    expect(requests()).toEqual([]);
  });

  it("ends with 2 when the market cannot be searched, and names no key", async () => {
    t.simulator.faults.add({ on: "POST /api/v0/bundles/", times: 1, then: "auth-error" });
    const env = { VAST_API_KEY: "key-of-the-offers-test" };
    const { code, out, err } = await offers(["num_gpus=1"], { env });
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(/was refused.*The search needs no key: unset it to go without\.\n$/);
    expect(err).not.toContain(env.VAST_API_KEY);
    const gone = await offers(["num_gpus=1"], { env: { VAST_URL: "http://127.0.0.1:9" } });
    expect(gone).toMatchObject({ code: 2, err: expect.stringContaining("could not be sent: ECONNREFUSED") });
  });
});

/** The compiled command as a process of its own. `npm test` compiles it. */
function process_(args: readonly string[]): Promise<Told> {
  const main = join(__dirname, "../../dist/cli/main.js");
  const env = { PATH: dirname(process.execPath), HOME: aHome(), VAST_URL: t.simulator.url };
  return new Promise((resolve) => {
    execFile(process.execPath, [main, "offers", ...args], { env }, (error, out, err) =>
      resolve({ code: typeof error?.code === "number" ? error.code : error ? -1 : 0, out, err }),
    );
  });
}

describe("the compiled command", () => {
  it.each([
    [["gpu_name=RTX_3090"], 0, "1 offer fits RTX 3090"],
    [["--type", "spot"], 2, "Allowed choices are"],
    [["--disk", "big"], 2, "It must be a number."],
    [["--no-such-flag"], 2, "unknown option"],
    [["--help"], 0, "Exit codes:"],
  ])("ends %j with %i", async (args, code, words) => {
    const told = await process_(args);
    expect([told.code, told.out + told.err]).toEqual([code, expect.stringContaining(words)]);
  });
});
