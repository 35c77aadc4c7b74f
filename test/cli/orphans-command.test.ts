// The compiled command as a process of its own, as a CI job runs it. `npm test` compiles it.
import { execFile } from "node:child_process";
import { delimiter, dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Simulator, startSimulator } from "../../simulator/index.js";
import {
  A_TOKEN,
  API_KEY,
  aFile,
  aFolder,
  anEntry,
  exportOf,
  finished,
  pending,
  pulumiWith,
  STRANGE_TOKEN,
} from "./given.js";

const MAIN = join(__dirname, "../../dist/cli/main.js");

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator({ offers: 0, pacing: false });
});
afterEach(() => simulator.stop());

async function rent(label: string): Promise<number> {
  const answer = await fetch(`${simulator.url}/api/v0/asks/${simulator.world.addOffer()}/`, {
    method: "PUT",
    headers: { authorization: `Bearer ${API_KEY}` },
    body: JSON.stringify({ image: "ubuntu:22.04", disk: 10, label }),
  });
  return ((await answer.json()) as { new_contract: number }).new_contract;
}

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function run(args: string, { pulumi = aFolder(), stdin = "" } = {}): Promise<Ended> {
  const env = {
    PATH: [pulumi, dirname(process.execPath), "/usr/bin", "/bin"].join(delimiter),
    HOME: aFolder(),
    VAST_API_KEY: API_KEY,
    VAST_URL: simulator.url,
  };
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [MAIN, "orphans", ...args.split(" ").filter(Boolean)],
      { env },
      (error, out, err) => {
        expect(out + err).not.toContain(API_KEY);
        expect(err).not.toMatch(/\n\s+at /);
        resolve({ code: typeof error?.code === "number" ? error.code : error ? -1 : 0, out, err });
      },
    );
    child.stdin?.end(stdin);
  });
}

const billedIds = () => simulator.world.billedContracts().map(({ id }) => id);

it("lists what the stack does not know, by GET alone, and ends with 1", async () => {
  const [inState, orphan] = [await rent(finished(A_TOKEN)), await rent(pending(STRANGE_TOKEN))];
  const before = simulator.world.view().requests.length;
  const pulumi = pulumiWith({ prod: exportOf({ stack: "prod", resources: [anEntry("trainer", inState, A_TOKEN)] }) });
  const { code, out, err } = await run("--stack prod", { pulumi });
  expect({ code, err }).toEqual({ code: 1, err: "" });
  expect(out).toMatch(
    new RegExp(`^${orphan} +pulumi:cccccccccccc:pending +pending +0 min +no report +0\\.00\\d +0\\.00$`, "m"),
  );
  expect(out).not.toContain(String(inState));
  const methods = simulator.world
    .view()
    .requests.slice(before)
    .map(({ method }) => method);
  expect(new Set(methods)).toEqual(new Set(["GET"]));
});

it("ends orphans without a terminal only when told --yes", async () => {
  const [inState, orphan] = [await rent(finished(A_TOKEN)), await rent(finished(A_TOKEN))];
  const file = aFile(exportOf({ resources: [anEntry("trainer", inState, A_TOKEN)] }));
  const refused = await run(`--state ${file} --destroy`);
  expect(refused).toMatchObject({ code: 2, out: "", err: expect.stringContaining("Add --yes") });
  expect(billedIds()).toEqual([inState, orphan]);

  const { code, out, err } = await run(`--state ${file} --destroy --yes`);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toMatch(new RegExp(`${orphan} is gone\\.\\nEnded 1 contract: 0\\.\\d{3} \\$/h saved\\.\\n$`));
  expect(billedIds()).toEqual([inState]);
});

it("takes a state from a pipe and writes JSON for the next one", async () => {
  const inState = await rent(finished(A_TOKEN));
  const stdin = exportOf({ resources: [anEntry("trainer", inState, A_TOKEN)] });
  const { code, out, err } = await run("--state - --json", { stdin });
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(JSON.parse(out)).toMatchObject({ markedContracts: 1, orphans: [], dollarsPerHour: 0 });
});

it.each([
  ["--no-such-flag", 2, "unknown option"],
  ["trainer", 2, "too many arguments"],
  ["--state", 2, "argument missing"],
  ["--state /no/such/file", 2, "cannot be read (ENOENT)"],
  ["--stack dev", 2, "could not be started (ENOENT)"],
])("ends %s with %i", async (args, code, words) => {
  expect(await run(args)).toMatchObject({ code, out: "", err: expect.stringContaining(words) });
});

it("tells its exit codes", async () => {
  const { code, out, err } = await run("--help");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toMatch(/Exit codes:\n {2}0 .*\n {2}1 .*\n {2}2 /);
});
