import { describe, expect, it } from "vitest";
import { pretend } from "./pretend.js";

describe("renting", () => {
  it("writes down what was asked for", async () => {
    const { rent, show } = await pretend();
    const id = await rent({
      image: "vastai/pytorch:2.6",
      disk: 33,
      label: "trainer",
      runtype: "ssh_direc ssh_proxy",
      env: { TZ: "UTC", "-p 8080:8080": "1" },
      onstart: "echo hello",
    });
    expect(await show(id)).toMatchObject({
      image_uuid: "vastai/pytorch:2.6",
      disk_space: 33,
      label: "trainer",
      image_runtype: "ssh ssh_direc ssh_proxy",
      extra_env: [
        ["TZ", "UTC"],
        ["-p 8080:8080", "1"],
      ],
      onstart: "echo hello",
      is_bid: false,
    });
  });

  it("takes null for what was not given, as the official client sends it", async () => {
    const { rent, show } = await pretend();
    const nothing = { price: null, label: "", extra: null, onstart: null, image_login: null, template_hash_id: null };
    const id = await rent({ client_id: "me", env: {}, user: null, ...nothing, runtype: "ssh", cancel_unavail: false });
    expect(await show(id)).toMatchObject({
      label: null,
      onstart: null,
      image_runtype: "ssh",
      extra_env: [],
      image_args: [],
    });
  });

  it.each([
    ["ssh", "ssh"],
    ["ssh_proxy", "ssh ssh_proxy"],
    ["ssh_direct", "ssh ssh_direc ssh_proxy"],
    ["jupyter_direc ssh_direc ssh_proxy", "jupyter_direc ssh_direc ssh_proxy"],
    ["jupyter", "jupyter_proxy ssh_proxy"],
    ["args", "args"],
  ])("reads the runtype %s back as %s", async (sent, read) => {
    const { rent, show } = await pretend();
    expect((await show(await rent({ runtype: sent }))).image_runtype).toBe(read);
  });

  it("an offer rents one instance only", async () => {
    const { rent, call, world } = await pretend();
    const offer = world.addOffer();
    await rent({}, offer);
    const second = await call("PUT", `/api/v0/asks/${offer}/`, { image: "ubuntu:22.04" });
    expect([second.status, second.body]).toEqual([
      400,
      {
        success: false,
        error: "invalid_args",
        msg: `error 404/3603: no_such_ask  Instance type by id ${offer} is not available.`,
        ask_id: offer,
      },
    ]);
    expect(world.contracts()).toHaveLength(1);
  });

  it("an offer that the host or a rival took is gone", async () => {
    const { call, world } = await pretend();
    const [withdrawn, taken] = [world.addOffer(), world.addOffer()];
    world.withdrawOffer(withdrawn);
    world.takeOffer(taken);
    for (const offer of [withdrawn, taken]) {
      expect((await call("PUT", `/api/v0/asks/${offer}/`, { image: "a" })).body.msg).toContain("no_such_ask");
    }
    expect(world.contracts()).toEqual([]);
  });

  it("makes a contract that never starts when the GPU was taken and the renter does not cancel", async () => {
    const { rent, call, show, world } = await pretend();
    const [whole, half] = [world.addOffer({ gpu_ids: [1, 2] }), world.addOffer({ gpu_ids: [1] })];
    await rent({}, half);
    const refused = await call("PUT", `/api/v0/asks/${whole}/`, { image: "a", cancel_unavail: true });
    expect(refused.body.msg).toContain("no_such_ask");
    const id = await rent({ cancel_unavail: false }, whole);
    world.advance(900);
    expect(await show(id)).toMatchObject({
      actual_status: "loading",
      intended_status: "stopped",
      cur_state: "stopped",
      status_msg: null,
    });
    expect((await call("PUT", `/api/v0/instances/${id}/`, { state: "running" })).body.error).toBe(
      "resources_unavailable",
    );
  });

  it("can rent a stopped one", async () => {
    const { rent, show, world } = await pretend();
    const id = await rent({ target_state: "stopped" });
    world.advance(900);
    expect(await show(id)).toMatchObject({ actual_status: null, intended_status: "stopped", cur_state: "stopped" });
    expect(world.offers().some(({ machineId }) => machineId === world.contract(id)?.machineId)).toBe(true);
  });

  it("a bid below the minimum is refused and leaves a stopped contract that pays its disk", async () => {
    const { call, world } = await pretend();
    const offer = world.addOffer({ min_bid: 0.2, storage_cost: 0.72 });
    const { status, body } = await call("PUT", `/api/v0/asks/${offer}/`, {
      image: "a",
      disk: 100,
      price: 0.1,
      cancel_unavail: true,
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ success: false, new_contract: expect.any(Number) });
    expect(world.contract(body.new_contract)).toMatchObject({
      isBid: true,
      curState: "stopped",
      intendedStatus: "stopped",
    });
    expect(world.billedContracts()[0]?.dollarsPerHourNow).toBeCloseTo(0.1, 12);
  });

  it.each([
    ["env as text", { env: "-e A=b" }],
    ["a long label", { label: "x".repeat(257) }],
    ["a long image", { image: "x".repeat(1025) }],
    ["long args with onstart counted in", { args: ["x".repeat(10_000)], onstart: "x".repeat(7000) }],
  ])("refuses %s as invalid", async (_what, body) => {
    const { call, world } = await pretend();
    const answer = await call("PUT", `/api/v0/asks/${world.addOffer()}/`, { image: "a", ...body });
    expect([answer.status, answer.body.error]).toEqual([400, "invalid_args"]);
    expect(answer.body.msg).toContain("error 400/3471");
    expect(world.contracts()).toEqual([]);
  });

  it.each([0.0005, 129])("refuses a bid of %d", async (price) => {
    const { call, world } = await pretend();
    const answer = await call("PUT", `/api/v0/asks/${world.addOffer()}/`, { image: "a", price });
    expect([answer.status, answer.body.error]).toEqual([400, "invalid_price"]);
  });

  it("refuses an account without money", async () => {
    const { call, world } = await pretend();
    world.setCredit(0);
    const answer = await call("PUT", `/api/v0/asks/${world.addOffer()}/`, { image: "a" });
    expect([answer.status, answer.body]).toEqual([
      400,
      { success: false, error: "insufficient_credit", msg: "Your account lacks credit" },
    ]);
  });

  it("refuses an id that is none", async () => {
    const { call } = await pretend();
    expect((await call("PUT", "/api/v0/asks/abc/", { image: "a" })).body.msg).toContain("error 400/3467");
  });
});
