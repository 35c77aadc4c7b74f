import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createClient } from "../../provider/api/client.js";
import { systemClock } from "../../provider/clock.js";
import { withoutWatchdog, withWatchdog } from "../../provider/resources/instance/time-to-live.js";
import { type Simulator, startSimulator } from "../../simulator/index.js";
import { TOKEN } from "../support/harness.js";

const SPEED = 3600;

let simulator: Simulator;
let folder: string;
let containers: ChildProcess[];
let contract: { id: number; key: string };

beforeEach(async () => {
  simulator = await startSimulator({ speed: SPEED, offers: 0, pacing: false });
  const offerId = simulator.world.addOffer();
  const clock = systemClock(SPEED);
  const client = createClient({ apiUrl: simulator.url, apiKey: "key", clock, missingKey: "", keySource: "" });
  const rented = await client.instances.rent(offerId, {
    client_id: "me",
    image: "ubuntu:22.04",
    disk: 10,
    env: {},
    label: `trainer pulumi:${TOKEN}`,
    target_state: "running",
    cancel_unavail: true,
  });
  contract = { id: rented.id, key: rented.instanceApiKey ?? "" };
  folder = mkdtempSync(join(tmpdir(), "watchdog-"));
  containers = [];
});
afterEach(async () => {
  for (const { pid } of containers) if (pid !== undefined) killGroup(pid);
  rmSync(folder, { recursive: true });
  await simulator.stop();
});

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}

/** Starts the container: runs its start script as Vast does, with nothing but the container's own key. */
function start(onstart: string, env: Record<string, string> = {}): ChildProcess {
  const child = spawn("bash", ["-c", onstart], {
    detached: true,
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      CONTAINER_ID: String(contract.id),
      CONTAINER_API_KEY: contract.key,
      PULUMI_VASTAI_WATCHDOG_SECONDS: "0.1",
      ...env,
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  containers.push(child);
  return child;
}

const inSeconds = (seconds: number) => Math.round(Date.now() / 1000) + seconds;
const guarded = (deadline: number, onstart = "") => withWatchdog(onstart, deadline, simulator.url);
const isBilled = () => simulator.world.billedContracts().length === 1;
const reads = () => simulator.world.view().requests.filter(({ method }) => method === "GET").length;
const soon = { timeout: 8_000, interval: 50 };

const has = (program: string) => pathsOf(program).length > 0;

describe.runIf(has("curl"))("the watchdog, run by bash", () => {
  it("destroys its own instance when the time is over", async () => {
    start(guarded(inSeconds(-1)));
    await expect.poll(isBilled, soon).toBe(false);
  });

  it("leaves it alone before", async () => {
    start(guarded(inSeconds(3600)));
    await expect.poll(reads, soon).toBeGreaterThan(3);
    expect(isBilled()).toBe(true);
  });

  it("takes a later end from the label", async () => {
    simulator.world.act(contract.id, { do: "label", label: `trainer pulumi:${TOKEN}:until:${inSeconds(3600)}` });
    start(guarded(inSeconds(-100)));
    await expect.poll(reads, soon).toBeGreaterThan(3);
    expect(isBilled()).toBe(true);
  });

  it("takes an earlier end from the label", async () => {
    start(guarded(inSeconds(3600)));
    await expect.poll(reads, soon).toBeGreaterThan(1);
    simulator.world.act(contract.id, { do: "label", label: `trainer pulumi:${TOKEN}:until:${inSeconds(-1)}` });
    await expect.poll(isBilled, soon).toBe(false);
  });

  it("listens to the mark whatever token it holds, for that changes when the resource is renamed", async () => {
    const other = "f".repeat(24);
    simulator.world.act(contract.id, { do: "label", label: `trainer pulumi:${other}:until:${inSeconds(3600)}` });
    start(guarded(inSeconds(-1)));
    await expect.poll(reads, soon).toBeGreaterThan(3);
    expect(isBilled()).toBe(true);
  });

  it("stands down when it is told to", async () => {
    simulator.world.act(contract.id, { do: "label", label: `trainer pulumi:${TOKEN}:until:never` });
    start(guarded(inSeconds(-1)));
    await expect.poll(reads, soon).toBeGreaterThan(3);
    expect(isBilled()).toBe(true);
  });

  it.each(["500-before", "502-html", "hang-up-before", "not-json", "truncated"] as const)(
    "is not ended by %s, and tries until it works",
    async (then) => {
      simulator.faults.add({ on: "GET **", then, times: 3 }, { on: "DELETE **", then: "500-before", times: 3 });
      start(guarded(inSeconds(-1)));
      await expect.poll(isBilled, soon).toBe(false);
    },
  );

  it("lets the user's script run, whatever stands in it", async () => {
    const own = `printf '%s' "it's \\"quoted\\" \\$HOME $CONTAINER_ID" > out; echo PULUMI_VASTAI >> out`;
    start(guarded(inSeconds(3600), own));
    const expected = `it's "quoted" $HOME ${contract.id}PULUMI_VASTAI\n`;
    await expect.poll(() => tryRead(join(folder, "out")), soon).toBe(expected);
  });

  it.runIf(has("wget"))("does its work with wget where there is no curl", async () => {
    start(guarded(inSeconds(-1)), {
      PATH: pathWith("bash", "sh", "cat", "nohup", "sed", "head", "date", "sleep", "printf", "wget"),
    });
    await expect.poll(isBilled, soon).toBe(false);
  });

  it("says so where there is neither, and lets the user's script run", async () => {
    const path = pathWith("bash", "sh", "cat", "nohup", "sed", "head", "date", "sleep", "printf");
    const container = start(guarded(inSeconds(-1), "echo ran > out"), { PATH: path });
    let said = "";
    container.stderr?.on("data", (data) => {
      said += String(data);
    });
    await expect.poll(() => tryRead(join(folder, "out")), soon).toBe("ran\n");
    await expect.poll(() => said, soon).toMatch(/neither curl nor wget is here, so nothing ends this instance/);
    expect(isBilled()).toBe(true);
  });

  it("does not show the key in the list of processes", async () => {
    // A curl that takes its time, and tells how it was called.
    const bin = mkdtempSync(join(folder, "bin-"));
    writeFileSync(join(bin, "curl"), `#!/bin/sh\necho "$@" >> ${folder}/calls\n`);
    chmodSync(join(bin, "curl"), 0o755);
    start(guarded(inSeconds(-1)), { PATH: `${bin}:${process.env.PATH}` });
    await expect.poll(() => tryRead(join(folder, "calls"))?.includes("DELETE"), soon).toBe(true);
    expect(tryRead(join(folder, "calls"))).not.toContain(contract.key);
  });
});

/** A folder with nothing but these programs. */
function pathWith(...programs: string[]): string {
  const bin = mkdtempSync(join(folder, "bin-"));
  for (const program of programs) {
    const [found] = pathsOf(program);
    if (found) symlinkSync(found, join(bin, program));
  }
  return bin;
}

function pathsOf(program: string): string[] {
  const places = (process.env.PATH ?? "").split(":");
  return places.map((place) => join(place, program)).filter((path) => tryRead(path) !== undefined);
}

function tryRead(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

describe("a start script with a watchdog", () => {
  it.each(["", "echo hello", "line 1\nline 2\n", "# pulumi-vastai watchdog end"])(
    "gives the user's part back: %j",
    (own) => {
      expect(withoutWatchdog(guarded(1_800_000_000, own))).toBe(own);
      expect(withoutWatchdog(own)).toBe(own);
    },
  );
});
