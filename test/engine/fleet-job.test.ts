// examples/fleet-job as a user runs it: the program as a process of its own, the real CLI, and jobs over real SSH.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { type JobRun, type JobRuns, jobRuns, PATIENCE } from "./fleet-job-runs.js";
import { endProcess } from "./processes.js";
import { filesWith } from "./state.js";

const RENTED = ["worker-0", "worker-1", "worker-2"];

describe("examples/fleet-job", () => {
  it("rents three machines once, runs the job on each, keeps what it wrote, and gives them back", async () => {
    const runs = await jobRuns({ afterMinutes: 1 });
    const job = 'echo "$GPU_COUNT GPU in $CONTAINER_ID"; hostname; echo "no trouble" >&2';
    const { exitCode, text } = await runs.start("--count", "3", "--job", job).ended;
    expect({ exitCode, text }).toEqual({ exitCode: 0, text: expect.stringContaining("Nothing is rented any more.") });

    const contracts = runs.world.contracts();
    expect(contracts.map(({ actualStatus }) => actualStatus)).toEqual(["running", "running", "running"]);
    expect(new Set(contracts.map(({ machineId }) => machineId)).size).toBe(3);
    const results = resultsOf(runs);
    expect(results.job).toBe(job);
    expect(results.machines.map(({ name }) => name)).toEqual(RENTED);
    expect(results.machines.map(({ instanceId }) => instanceId).toSorted()).toEqual(contracts.map(({ id }) => id));
    for (const { name, instanceId, exitCode, stdout, stderr, gpu, dollarsPerHour } of results.machines) {
      expect({ exitCode, stderr, gpu }).toEqual({ exitCode: 0, stderr: "no trouble\n", gpu: "RTX 4090" });
      expect(stdout).toMatch(new RegExp(`^1 GPU in ${instanceId}\n\\S+\n$`));
      expect(dollarsPerHour).toBeCloseTo(contracts.find(({ id }) => id === instanceId)?.dollarsPerHourNow ?? 0.3, 0);
      // Line by line while it runs, and at the end as a table.
      expect(text).toContain(`${name} | 1 GPU in ${instanceId}\n`);
      expect(text).toMatch(new RegExp(`^${name}  RTX 4090 .* \\$/h .* succeeded$`, "m"));
      expect(text).toMatch(new RegExp(`^${name}: renting offer [^]*^${name}: ready$`, "m"));
    }
    expect(text).toMatch(/^Cost: about \d\.\d+ \$$/m);
    // The key was for these machines alone, and nobody keeps it.
    expect(runs.world.view().accounts.map(({ sshKeys }) => sshKeys)).toEqual([[]]);
    expect(filesWith("PRIVATE KEY", runs.folder)).toEqual([]);
    runs.expectAllGivenBack();
  });

  it("keeps the results of the others when the job fails, takes too long or loses its machine", async () => {
    const runs = await jobRuns({ afterMinutes: 1 });
    // The machines all run here: whoever comes first takes the first turn.
    const turn = (n: number) => `mkdir ${join(runs.folder, `turn-${n}`)} 2>/dev/null`;
    const job = `${turn(1)} && exit 3; ${turn(2)} && exec sleep 600; ${turn(3)} && { echo lost in $CONTAINER_ID; exec sleep 600; }; echo done`;
    const run = runs.start("--count", "4", "--job-minutes", "0.1", "--job", job);
    await vi.waitUntil(() => /lost in \d+/.test(run.text()), PATIENCE);
    const lost = Number(/lost in (\d+)/.exec(run.text())?.[1]);
    runs.world.act(lost, { do: "destroy" });
    const { exitCode, text } = await run.ended;

    expect({ exitCode, text }).toEqual({ exitCode: 1, text: expect.stringContaining("Nothing is rented any more.") });
    const ends = resultsOf(runs).machines.map(({ exitCode, error }) => ({ exitCode, error }));
    expect(ends.toSorted((a, b) => `${a.error}`.localeCompare(`${b.error}`))).toEqual([
      { exitCode: null, error: "not done after 0.1 min" },
      { exitCode: null, error: "the job or the connection was cut off" },
      { exitCode: expect.any(Number) },
      { exitCode: expect.any(Number) },
    ]);
    expect(ends.map(({ exitCode }) => exitCode).toSorted()).toEqual([0, 3, null, null]);
    expect(resultsOf(runs).machines.find(({ exitCode }) => exitCode === 0)?.stdout).toBe("done\n");
    expect(text).toMatch(/^worker-\d .* exit code 3$/m);
    runs.expectAllGivenBack();
  });

  it.each([
    // A terminal sends it to all processes in it, CLI and provider included; `kill`, a container or a pipeline to one.
    ["on Ctrl-C", (run: JobRun) => run.pressCtrlC()],
    ["on SIGTERM to the program alone", (run: JobRun) => run.terminate()],
  ])("ends everything %s while the machines load", async (_how, interrupt) => {
    const runs = await jobRuns({ afterMinutes: 6_000 });
    const run = runs.start("--count", "3", "--job", "true");
    await vi.waitUntil(() => run.text().match(/^worker-\d: loading/gm)?.length === 3, PATIENCE);
    interrupt(run);
    // Long before the limit of a create, which is half an hour of the world's.
    await vi.waitUntil(() => run.text().includes("\nGiving everything back\n"), { timeout: 8_000, interval: 50 });
    const { exitCode, text } = await run.ended;
    expect({ exitCode, text }).toEqual({
      exitCode: 130,
      text: expect.stringMatching(/Nothing is rented any more\.\n$/),
    });
    expect(runs.world.contracts()).toHaveLength(3);
    runs.expectAllGivenBack();
  });

  it("refuses to mix with a run that was killed, and ends with --destroy-only what that has left", async () => {
    const runs = await jobRuns({ afterMinutes: 6_000 });
    const killed = runs.start("--count", "3", "--job", "true");
    await vi.waitUntil(() => killed.text().match(/^worker-\d: loading/gm)?.length === 3, PATIENCE);
    for (const { pid } of killed.processes()) endProcess(pid);
    await killed.ended;

    const refused = await runs.start("--count", "3", "--job", "true").ended;
    expect(refused.exitCode).toBe(1);
    expect(refused.text).toMatch(/holds (worker-\d \(being rented\)(, )?){3}: another run is at work, or was killed/);
    expect(runs.world.billedContracts()).toHaveLength(3);

    // As if it had been killed in the last moment of making this one: the provider neither takes such a machine up nor ends it.
    const [done] = runs.world.billedContracts();
    const label = `worker-9 ${done?.label?.replace(":pending", "")}`;
    runs.world.act(done?.id ?? 0, { do: "label", label });
    const { exitCode, text } = await runs.start("--destroy-only").ended;
    expect({ exitCode, text }).toEqual({
      exitCode: 1,
      text: expect.stringMatching(
        `Still rented, and billed: ${done?.id}\\.[^]*vastai destroy instances ${done?.id}\n$`,
      ),
    });
    expect(runs.world.contracts()).toHaveLength(3);
    expect(runs.world.billedContracts()).toMatchObject([{ id: done?.id }]);
  });

  it("asks Vast for nothing when it is called wrongly, and says how it is called", async () => {
    const runs = await jobRuns({ afterMinutes: 1 });
    const wrong: [words: string, ...args: string[]][] = [
      ["--job is missing.", "--count", "2"],
      ["--count is 1.5, and must be a whole number.", "--job", "true", "--count", "1.5"],
      ["--max-hours is 0, and must be a number above 0.", "--job", "true", "--max-hours", "0"],
      ["Unknown option '--jobs'", "--jobs", "true"],
    ];
    for (const [words, ...args] of wrong) {
      const { exitCode, text } = await runs.start(...args).ended;
      expect({ exitCode, text }).toEqual({ exitCode: 2, text: expect.stringContaining(words) });
      expect(text).toContain("Usage: node run.mts");
    }
    expect(runs.world.view().requests).toEqual([]);
  });
});

interface Results {
  readonly job: string;
  readonly machines: readonly {
    readonly name: string;
    readonly instanceId: number;
    readonly gpu: string;
    readonly dollarsPerHour: number;
    readonly exitCode: number | null;
    readonly error?: string;
    readonly stdout: string;
    readonly stderr: string;
  }[];
}

function resultsOf({ folder }: JobRuns): Results {
  return JSON.parse(readFileSync(join(folder, "program", "results.json"), "utf8"));
}
