// What `orphans --destroy --yes` leaves alone, because somebody may need it.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { anInstance, type TestWorld, testWorld } from "../support/harness.js";
import {
  A_TOKEN,
  API_KEY,
  aContract,
  aFile,
  anEntry,
  B_TOKEN,
  exportOf,
  finished,
  orphans,
  pending,
  pulumiWith,
  rowOf,
  STRANGE_TOKEN,
} from "./given.js";

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.stop());

const billedIds = () => t.world.billedContracts().map(({ id }) => id);
const hours = (number: number) => t.clock.advance(number * 3_600_000);

describe("which it doubts", () => {
  it("leaves alone what a running up may be making beside a machine, until its time is over", async () => {
    const [inState, id] = [await aContract(t, finished(A_TOKEN)), await aContract(t, pending(A_TOKEN))];
    const pulumi = pulumiWith({ "": exportOf({ resources: [anEntry("trainer", inState, A_TOKEN)] }) });
    const young = await orphans(t, "--destroy --yes", { pulumi });
    expect(young.code).toBe(1);
    expect(young.out).toContain(`Left out: ${id}: a \`pulumi up\` may be at work on it.`);
    expect(billedIds()).toEqual([inState, id]);

    hours(40 / 60);
    expect(await orphans(t, "--destroy --yes", { pulumi })).toMatchObject({ code: 0 });
    expect(billedIds()).toEqual([inState]);
  });

  it("leaves alone what a running up takes up, however old it is", async () => {
    const id = await aContract(t, pending(A_TOKEN));
    hours(20);
    let isUp = false;
    const up = t
      .process(API_KEY)
      .up(anInstance({ ownerToken: A_TOKEN }))
      .finally(() => {
        isUp = true;
      });
    await t.clock.sleep(3_000);
    expect(isUp).toBe(false);
    const pulumi = pulumiWith({ "": exportOf({ creating: { trainer: A_TOKEN } }) });
    const { code, out } = await orphans(t, "--destroy --yes", { pulumi });
    expect(code).toBe(1);
    expect(rowOf(out, id)).toContain("a `pulumi up` may be at work on it; if none is, the next one takes it up");
    expect((await up).id).toBe(String(id));
    expect(billedIds()).toEqual([id]);
  });

  it("leaves alone what a running up takes over by its id, for whichever resource", async () => {
    const [inState, id] = [await aContract(t, finished(A_TOKEN)), await aContract(t, finished(A_TOKEN))];
    hours(20);
    const state = JSON.parse(exportOf({ resources: [anEntry("trainer", inState, A_TOKEN)] }));
    const other = anEntry("other", "", B_TOKEN, { inputs: { ownerToken: B_TOKEN, adoptInstanceId: id } });
    state.deployment.pending_operations = [{ type: "creating", resource: other }];
    const { code } = await orphans(t, "--destroy --yes", { pulumi: pulumiWith({ "": JSON.stringify(state) }) });
    expect(code).toBe(1);
    expect(billedIds()).toEqual([inState, id]);
  });

  it("leaves alone the successor of a machine in a state that was saved before", async () => {
    const inState = await aContract(t, finished(A_TOKEN));
    hours(1);
    const time = new Date(t.clock.now()).toISOString();
    hours(1);
    const successor = await aContract(t, finished(A_TOKEN));
    const saved = exportOf({ resources: [anEntry("trainer", inState, A_TOKEN)], time });
    const { code, out } = await orphans(t, `--state ${aFile(saved)} --destroy --yes`);
    expect(code).toBe(1);
    expect(rowOf(out, successor)).toContain("it may stand in the stack by now. Ask the stack itself with --stack");
    expect(billedIds()).toEqual([inState, successor]);

    // The stack itself knows, however long ago it was written.
    expect(await orphans(t, "--destroy --yes", { pulumi: pulumiWith({ "": saved }) })).toMatchObject({ code: 0 });
    expect(billedIds()).toEqual([inState]);
  });

  it("ends what is older than the saved state", async () => {
    const [inState] = [await aContract(t, finished(A_TOKEN)), await aContract(t, finished(A_TOKEN))];
    hours(1);
    const saved = exportOf({
      resources: [anEntry("trainer", inState, A_TOKEN)],
      time: new Date(t.clock.now()).toISOString(),
    });
    expect(await orphans(t, `--state ${aFile(saved)} --destroy --yes`)).toMatchObject({ code: 0 });
    expect(billedIds()).toEqual([inState]);
  });

  it("leaves alone what the original of a copied stack has rented since", async () => {
    // The stack dev was copied by export and import, and has replaced its machine since.
    const [shared, successor] = [await aContract(t, finished(B_TOKEN)), await aContract(t, finished(A_TOKEN))];
    hours(5);
    const resources = [anEntry("trainer", 4711, A_TOKEN), anEntry("other", shared, B_TOKEN)];
    const pulumi = pulumiWith({ copy: exportOf({ stack: "copy", resources }) });
    const { code, out, err } = await orphans(t, "--stack copy --destroy --yes", { pulumi });
    expect({ code, err }).toEqual({ code: 1, err: "" });
    expect(rowOf(out, successor)).toContain(
      "Same resource as trainer (stack copy), which has instance 4711, and the account does not: that state may be a copy or out of date",
    );
    expect(out).toContain(`Left out: ${successor}: the account lacks what the state has in its place`);
    expect(billedIds()).toEqual([shared, successor]);
  });

  it("ends nothing by --yes in an account that has nothing of the given states, but what is named", async () => {
    const ids = [await aContract(t, finished(A_TOKEN)), await aContract(t, finished(STRANGE_TOKEN))];
    hours(5);
    const pulumi = pulumiWith({ "": exportOf({ resources: [anEntry("trainer", 4711, B_TOKEN)] }) });
    for (const flags of ["--destroy --yes", "--destroy --all --yes"]) {
      const { code, out, err } = await orphans(t, flags, { pulumi });
      expect(code).toBe(1);
      expect(err).toMatch(/^warning: the given states hold 1 instance, and the account of .* has none of them/);
      expect(out).toContain(`Left out: ${ids.join(", ")}: the account has none of what the given states hold`);
      expect(out).toContain("--destroy --all, without --yes, all of them.");
      expect(billedIds()).toEqual(ids);
    }
    const [named, other] = ids;
    expect(await orphans(t, `--destroy --only ${named} --yes`, { pulumi })).toMatchObject({ code: 1 });
    expect(billedIds()).toEqual([other]);
    expect(await orphans(t, "--destroy --all", { pulumi, answer: () => "yes" })).toMatchObject({ code: 0 });
    expect(billedIds()).toEqual([]);
  });
});
