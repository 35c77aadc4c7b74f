import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createClient } from "../../provider/api/client.js";
import { systemClock } from "../../provider/clock.js";
import { deadlineOf, withoutWatchdog, withWatchdog } from "../../provider/resources/instance/time-to-live/watchdog.js";
import { type Simulator, startSimulator } from "../../simulator/index.js";
import { containerHost, pathOf } from "../support/container.js";
import { TOKEN } from "../support/harness.js";

const SPEED = 3600;
/** What the watchdog needs of an image beside a way to speak HTTPS. */
const LEAST = ["sh", "sed", "head", "date", "sleep"];

let simulator: Simulator;
let host: ReturnType<typeof containerHost>;

beforeEach(async () => {
  simulator = await startSimulator({ speed: SPEED, offers: 0, pacing: false });
  host = containerHost();
});
afterEach(async () => {
  host.stop();
  await simulator.stop();
});

interface Rented {
  readonly id: number;
  readonly key: string;
  readonly onstart: string;
}

/** A contract whose start script has a watchdog; the answer to a look at it holds that script, too. */
async function rent(deadline: number, own = ""): Promise<Rented> {
  const clock = systemClock(SPEED);
  const client = createClient({ apiUrl: simulator.url, apiKey: "key", clock, missingKey: "", keySource: "" });
  const onstart = withWatchdog(own, deadline, simulator.url);
  const { id, instanceApiKey = "" } = await client.instances.rent(simulator.world.addOffer(), {
    client_id: "me",
    image: "ubuntu:22.04",
    disk: 10,
    env: {},
    onstart,
    label: `trainer pulumi:${TOKEN}`,
    target_state: "running",
    cancel_unavail: true,
  });
  return { id, key: instanceApiKey, onstart };
}

const inSeconds = (seconds: number) => Math.round(Date.now() / 1000) + seconds;
const relabel = ({ id }: Rented, mark: string) =>
  simulator.world.act(id, { do: "label", label: `my "best" trainer pulumi:${mark}` });
const isBilled = () => simulator.world.billedContracts().length === 1;
const methods = () => simulator.world.view().requests.map(({ method }) => method);
const reads = () => methods().filter((method) => method === "GET").length;
const soon = { timeout: 8_000, interval: 50 };
const has = (program: string) => pathOf(program) !== undefined;

/** Lets the watchdog look at its instance so many times more. */
async function looks(times: number): Promise<void> {
  const before = reads();
  await expect.poll(reads, soon).toBeGreaterThanOrEqual(before + times);
}

describe.runIf(has("curl"))("the watchdog, run by bash", () => {
  it("destroys its own instance when the time is over", async () => {
    host.start(await rent(inSeconds(-1)));
    await expect.poll(isBilled, soon).toBe(false);
  });

  it("leaves it alone before", async () => {
    host.start(await rent(inSeconds(3600)));
    await looks(3);
    expect(isBilled()).toBe(true);
  });

  it.each([
    ["a later end", `${TOKEN}:until:${inSeconds(3600)}`],
    ["a later end that another stack wrote", `${"f".repeat(12)}:until:${inSeconds(3600)}`],
    ["a later end without a mark", `until:${inSeconds(3600)}`],
    ["no end", `${TOKEN}:until:never`],
    ["no end, without a mark,", "until:never"],
  ])("takes %s from the label", async (_what, mark) => {
    const rented = await rent(inSeconds(-100));
    relabel(rented, mark);
    host.start(rented);
    await looks(3);
    expect(isBilled()).toBe(true);
  });

  it("takes an earlier end from the label", async () => {
    const rented = await rent(inSeconds(3600));
    host.start(rented);
    await looks(1);
    relabel(rented, `${TOKEN}:until:${inSeconds(-1)}`);
    await expect.poll(isBilled, soon).toBe(false);
  });

  it("keeps the end that it read when the label is changed by hand, and when the container is started again", async () => {
    const rented = await rent(inSeconds(-100));
    relabel(rented, `${TOKEN}:until:${inSeconds(3600)}`);
    const first = host.start(rented);
    await looks(2);
    simulator.world.act(rented.id, { do: "label", label: "my own words" });
    await looks(2);
    first.stop();
    host.start(rented);
    await looks(3);
    expect(isBilled()).toBe(true);
  });

  it("keeps what it read last when the container is killed while it writes a newer end down", async () => {
    const rented = await rent(inSeconds(3600));
    relabel(rented, `until:${inSeconds(7200)}`);
    const first = host.start(rented);
    await looks(3);
    first.stop();
    const kept = host.read("pulumi-vastai-watchdog");
    expect(kept).toMatch(/^\d+ \d+\n$/);
    relabel(rented, `until:${inSeconds(9000)}`);
    // The kill comes between the two halves of the write.
    host.start({ ...rented, env: { PATH: host.pathInstead("mv", "exit 1") } });
    await looks(3);
    expect(host.read("pulumi-vastai-watchdog")).toBe(kept);
  });

  it("goes by the end in a new start script, whatever an older one has read", async () => {
    writeFileSync(join(host.folder, "pulumi-vastai-watchdog"), `${inSeconds(-9000)} ${inSeconds(3600)}\n`);
    host.start(await rent(inSeconds(-1)));
    await expect.poll(isBilled, soon).toBe(false);
  });

  it.each(["429", "500-before", "502-html", "hang-up-before", "not-json", "truncated"] as const)(
    "does not take %s for an answer: an end that was moved while it did not run is found all the same",
    async (then) => {
      const rented = await rent(inSeconds(-100));
      relabel(rented, `${TOKEN}:until:${inSeconds(3600)}`);
      simulator.faults.add({ on: "GET **", then, times: 3 });
      host.start(rented);
      await looks(6);
      expect(isBilled()).toBe(true);
    },
  );

  it("destroys when no look succeeds for long, and tries until that works", async () => {
    const rented = await rent(inSeconds(-1));
    simulator.faults.add(
      { on: "GET **", then: "500-before", times: 1000 },
      { on: "DELETE **", then: "500-before", times: 3 },
    );
    host.start({ ...rented, env: { PULUMI_VASTAI_WATCHDOG_SECONDS: "0.01" } });
    await expect.poll(isBilled, soon).toBe(false);
    const before = methods().slice(0, methods().indexOf("DELETE"));
    expect(before.filter((method) => method === "GET")).toHaveLength(31);
  });

  it("lets the user's script run, whatever stands in it, and is nothing that it waits for or ends", async () => {
    const own = `set -eu; wait; printf '%s' "it's \\"quoted\\" \\$HOME $CONTAINER_ID" > out; echo PULUMI_VASTAI >> out; exit 3`;
    const rented = await rent(inSeconds(3600), own);
    host.start(rented);
    await expect.poll(() => host.read("out"), soon).toBe(`it's "quoted" $HOME ${rented.id}PULUMI_VASTAI\n`);
    relabel(rented, `${TOKEN}:until:${inSeconds(-1)}`);
    await expect.poll(isBilled, soon).toBe(false);
  });

  it("does not show the key in the list of processes", async () => {
    const path = host.pathInstead("curl", `echo "$@" >> calls; echo '{"instances": {"id": '$CONTAINER_ID'}}'`);
    const rented = await rent(inSeconds(-1));
    host.start({ ...rented, env: { PATH: path } });
    await expect.poll(() => host.read("calls"), soon).toContain("DELETE");
    expect(host.read("calls")).not.toContain(rented.key);
  });

  it("does without a folder to write to", async () => {
    host.start({ ...(await rent(inSeconds(-1))), env: { TMPDIR: "/nowhere" } });
    await expect.poll(isBilled, soon).toBe(false);
  });
});

describe("in an image with little in it, the watchdog", () => {
  it.each(["curl", "wget", "python3"].filter(has))("does its work with %s alone, in a plain shell", async (way) => {
    const rented = await rent(inSeconds(-1), "echo ran > out");
    const { said } = host.start({ ...rented, env: { PATH: host.pathWith(...LEAST, way) }, shell: "sh" });
    await expect.poll(isBilled, soon).toBe(false);
    expect(host.read("out")).toBe("ran\n");
    await expect
      .poll(() => said.text, soon)
      .toMatch(/^pulumi-vastai: this instance ends itself at 20\S+Z, unless its label says otherwise\n$/);
  });

  it.runIf(has("curl"))("passes over busybox's wget, which can delete nothing, and installs curl", async () => {
    const bin = host.pathWith(...LEAST);
    host.pathInstead("wget", 'echo "wget: unrecognized option: method" >&2; exit 1', bin);
    host.pathInstead("timeout", 'shift; exec "$@"', bin);
    symlinkSync(pathOf("ln") ?? "", join(bin, "ln"));
    host.pathInstead("apk", `[ "$*" = "add --no-cache curl" ] && ln -s ${pathOf("curl")} ${bin}/curl`, bin);
    host.start({ ...(await rent(inSeconds(-1))), env: { PATH: bin }, shell: "sh" });
    await expect.poll(isBilled, soon).toBe(false);
  });

  it.each([
    [
      "there is nothing to speak HTTPS with",
      { PATH: () => host.pathWith(...LEAST) },
      /neither curl nor wget nor Python 3/,
    ],
    ["its key is missing", { CONTAINER_API_KEY: () => "" }, /CONTAINER_API_KEY is not set/],
    ["its id is missing", { CONTAINER_ID: () => "" }, /CONTAINER_ID or CONTAINER_API_KEY is not set/],
  ])("says that nothing ends the instance when %s, and lets the user's script run", async (_why, given, message) => {
    const env = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, value()]));
    const { said } = host.start({ ...(await rent(inSeconds(-1), "echo ran > out")), env, shell: "sh" });
    await expect.poll(() => host.read("out"), soon).toBe("ran\n");
    await expect.poll(() => said.text, soon).toMatch(message);
    expect(said.text).toContain("so nothing ends this instance when its time is over");
    expect(isBilled()).toBe(true);
  });
});

describe("a start script with a watchdog", () => {
  it.each(["", "echo hello", "line 1\nline 2\n", "# pulumi-vastai watchdog end"])(
    "gives the user's part back: %j",
    (own) => {
      const guarded = withWatchdog(own, 1_800_000_000, "https://console.vast.ai");
      expect(withoutWatchdog(guarded)).toBe(own);
      expect(withoutWatchdog(own)).toBe(own);
      expect(deadlineOf(guarded)).toBe(1_800_000_000);
      expect(deadlineOf(own)).toBeUndefined();
    },
  );
});
