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
    const time = new Date(t.clock.now()).toISOString();
    hours(1);
    const successor = await aContract(t, finished(A_TOKEN));
    const saved = exportOf({ resources: [anEntry("trainer", 4711, A_TOKEN)], time });
    const { code, out } = await orphans(t, `--state ${aFile(saved)} --destroy --yes`);
    expect(code).toBe(1);
    expect(rowOf(out, successor)).toContain("it may stand in the stack by now. Ask the stack itself with --stack");
    expect(billedIds()).toEqual([successor]);

    // The stack itself knows, however long ago it was written.
    expect(await orphans(t, "--destroy --yes", { pulumi: pulumiWith({ "": saved }) })).toMatchObject({ code: 0 });
    expect(billedIds()).toEqual([]);
  });

  it("ends what is older than the saved state", async () => {
    await aContract(t, finished(A_TOKEN));
    hours(1);
    const saved = exportOf({
      resources: [anEntry("trainer", 4711, A_TOKEN)],
      time: new Date(t.clock.now()).toISOString(),
    });
    expect(await orphans(t, `--state ${aFile(saved)} --destroy --yes`)).toMatchObject({ code: 0 });
    expect(billedIds()).toEqual([]);
  });
});
