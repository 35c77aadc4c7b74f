import { describe, expect, it } from "vitest";
import { pretend } from "./pretend.js";

/** Minute by minute: actual_status, intended_status and cur_state of a contract with this image. */
async function watch(image: string, minutes: number, price?: number) {
  const simulator = await pretend();
  const id = await simulator.rent({ image, ...(price !== undefined && { price }) });
  const states: string[] = [];
  for (let minute = 0; minute < minutes; minute += 1) {
    simulator.world.advance(60);
    const { actual_status, intended_status, cur_state } = await simulator.show(id);
    const state = [actual_status, intended_status, cur_state].join(" ");
    if (states.at(-1) !== state) states.push(state);
  }
  return { ...simulator, id, states, row: await simulator.show(id) };
}

const LOADING = "loading running running";
const RUNNING = "running running running";

describe("magic images", () => {
  it("does-not-exist: the pull fails, and the contract turns to stopped", async () => {
    const { states, row, world } = await watch("me/does-not-exist:1", 5);
    expect(states).toEqual([LOADING, "created stopped stopped"]);
    expect(row.status_msg).toBe(
      "Error response from daemon: manifest for me/does-not-exist:1 not found: manifest unknown: manifest unknown",
    );
    expect(world.offers().some(({ machineId }) => machineId === row.machine_id)).toBe(true);
  });

  it("needs-login: the registry refuses", async () => {
    const { states, row } = await watch("me/needs-login", 5);
    expect(states).toEqual([LOADING, "created stopped stopped"]);
    expect(row.status_msg).toContain("pull access denied for me/needs-login, repository does not exist or may require");
  });

  it("never-pulls: the same text for ever and no error", async () => {
    const { states, row } = await watch("me/never-pulls", 40);
    expect(states).toEqual([LOADING]);
    expect(row.status_msg).toBe("Pulling fs layer");
  });

  it("never-starts: stopped without a word, until somebody starts it", async () => {
    const { states, row, call, id, world } = await watch("me/never-starts", 20);
    expect(states).toEqual(["loading stopped stopped"]);
    expect(row.status_msg).toBeNull();
    world.tell({ image: "*never-starts", story: {} });
    expect((await call("PUT", `/api/v0/instances/${id}/`, { state: "running" })).body).toEqual({ success: true });
    world.advance(600);
    expect(world.contract(id)?.actualStatus).toBe("running");
  });

  it("no-space and broken-driver: the host's errors, while the contract goes on", async () => {
    const full = await watch("me/no-space", 10);
    expect([full.states, full.row.status_msg]).toEqual([[LOADING], expect.stringContaining("no space left on device")]);
    const broken = await watch("me/broken-driver", 10);
    expect(broken.states).toEqual([LOADING, "created running running"]);
    expect(broken.row.status_msg).toContain("OCI runtime create failed");
  });

  it("exits-early: runs, and then the container has ended", async () => {
    const { states, world, id } = await watch("me/exits-early", 10);
    expect(states.at(-1)).toBe("exited running running");
    expect(world.contract(id)?.dollarsPerHourNow).toBeGreaterThan(0.3);
  });

  it("host-goes-offline: after ten minutes, and the GPU is no longer paid", async () => {
    const { states, world, id } = await watch("me/host-goes-offline", 12);
    expect(states).toEqual([LOADING, RUNNING, "offline running running"]);
    expect(world.contract(id)?.dollarsPerHourNow).toBeLessThan(0.01);
  });

  it("outbid-later: an interruptible one loses its GPU for ten minutes", async () => {
    const { states } = await watch("me/outbid-later", 25, 1);
    expect(states).toEqual([LOADING, RUNNING, "exited running stopped", "exited running running", RUNNING]);
    expect((await watch("me/outbid-later", 25)).states).toEqual([LOADING, RUNNING]);
  });

  it("price-rises: 5 $/h after ten minutes", async () => {
    const { row } = await watch("me/price-rises", 12);
    expect(row).toMatchObject({ dph_base: 5 });
  });

  it("boots-slowly and boots-at-once", async () => {
    expect((await watch("me/boots-slowly", 19)).states).toEqual([LOADING]);
    expect((await watch("me/boots-at-once", 1)).states).toEqual([RUNNING]);
  });
});

describe("told stories", () => {
  it("are told by image, label, offer and machine, the last one first, and a number of times", async () => {
    const { rent, world } = await pretend();
    const [offer, machine] = [world.addOffer(), world.addOffer({ machine_id: 77 })];
    world.tell({ story: { boots: { afterMinutes: 1 } } });
    world.tell({ image: "slow/*", story: { boots: { afterMinutes: 60 } } });
    world.tell({ label: "l*", story: { imageNeverPulls: true } });
    world.tell({ offerId: offer, story: { noSpace: true } });
    world.tell({ machineId: 77, story: { neverStarted: true } });
    world.tell({ image: "once", times: 1, story: { ociError: true } });
    const contracts = [
      await rent(),
      await rent({ image: "slow/but/sure" }),
      await rent({ label: "lazy" }),
      await rent({}, offer),
      await rent({}, machine),
      await rent({ image: "once" }),
      await rent({ image: "once" }),
    ];
    world.advance(600);
    expect(contracts.map((id) => world.contract(id)?.actualStatus)).toEqual([
      "running",
      "loading",
      "loading",
      "loading",
      "loading",
      "created",
      "running",
    ]);
  });

  it("a host reports what the story says, after its first words and from then on", async () => {
    const { rent, show, world } = await pretend();
    const message = "Error response from daemon: network bridge not found";
    world.tell({ times: 1, story: { reports: { actual: "created", message } } });
    world.tell({ image: "gives-up", story: { reports: { actual: "created", message, givesUp: true } } });
    const [id, other] = [await rent(), await rent({ image: "gives-up" })];
    world.advance(25);
    expect(await show(id)).toMatchObject({ actual_status: "loading", status_msg: "Pulling from library/ubuntu" });
    for (const seconds of [5, 3600]) {
      world.advance(seconds);
      expect(await show(id)).toMatchObject({ actual_status: "created", status_msg: message, cur_state: "running" });
      expect(await show(other)).toMatchObject({
        status_msg: message,
        intended_status: "stopped",
        cur_state: "stopped",
      });
    }
  });

  it("a host that comes back runs on", async () => {
    const { rent, world } = await pretend();
    world.tell({ story: { boots: { afterMinutes: 1 }, hostGoesOffline: { afterMinutes: 5, forMinutes: 5 } } });
    const id = await rent();
    world.advance(7 * 60);
    expect(world.contract(id)?.actualStatus).toBe("offline");
    world.advance(4 * 60);
    expect(world.contract(id)?.actualStatus).toBe("running");
  });

  it("an update in place is judged by the new image", async () => {
    const { rent, call, world } = await pretend();
    const id = await rent();
    world.advance(600);
    await call("PUT", `/api/v0/instances/update_template/${id}/`, { image: "me/does-not-exist" });
    world.advance(600);
    expect(world.contract(id)).toMatchObject({
      actualStatus: "created",
      intendedStatus: "stopped",
      curState: "stopped",
    });
  });
});
