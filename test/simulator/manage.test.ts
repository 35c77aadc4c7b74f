import { describe, expect, it } from "vitest";
import { BEGIN, pretend } from "./pretend.js";

describe("managing instances", () => {
  it("labels, and an empty label is none", async () => {
    const { rent, show, call } = await pretend();
    const id = await rent({ label: "one" });
    await call("PUT", `/api/v0/instances/${id}/`, { label: "two" });
    expect((await show(id)).label).toBe("two");
    await call("PUT", `/api/v0/instances/${id}/`, { label: "" });
    expect((await show(id)).label).toBeNull();
    const tooLong = await call("PUT", `/api/v0/instances/${id}/`, { label: "x".repeat(1025) });
    expect([tooLong.status, tooLong.body.error]).toEqual([400, "label_too_long"]);
  });

  it("reboots without losing the GPU", async () => {
    const { rent, call, world } = await pretend();
    const id = await rent();
    world.advance(600);
    expect((await call("PUT", `/api/v0/instances/reboot/${id}/`, {})).body).toEqual({ success: true });
    world.advance(1);
    expect(world.contract(id)).toMatchObject({ actualStatus: "rebooting", curState: "running" });
    world.advance(15);
    expect(world.contract(id)?.actualStatus).toBe("running");
  });

  it("recycles and updates in place by making the container anew", async () => {
    const { rent, show, call, world } = await pretend();
    const id = await rent({ env: { A: "1" } });
    world.advance(600);
    const update = { id, image: "ubuntu:24.04", env: { B: "2" }, onstart: "date", args: "a b" };
    const { body } = await call("PUT", `/api/v0/instances/update_template/${id}/`, update);
    expect(body).toMatchObject({ success: true, updated_instance: { id, image_uuid: "ubuntu:24.04" } });
    expect(await show(id)).toMatchObject({
      actual_status: "loading",
      cur_state: "running",
      extra_env: [["B", "2"]],
      onstart: "date",
      image_args: ["a b"],
    });
    world.advance(600);
    expect(await show(id)).toMatchObject({
      actual_status: "running",
      status_msg: "success, running ubuntu_24.04/ssh\n",
    });
    await call("PUT", `/api/v0/instances/recycle/${id}/`, {});
    expect((await show(id)).actual_status).toBe("loading");
    world.advance(600);
    expect((await show(id)).actual_status).toBe("running");
  });

  it("is gone at once when destroyed, and a second time it is not there", async () => {
    const { rent, call, world } = await pretend();
    const id = await rent();
    expect((await call("DELETE", `/api/v0/instances/${id}/`, {})).body).toEqual({ success: true });
    expect((await call("GET", `/api/v0/instances/${id}/`)).body).toEqual({ instances: null });
    const again = await call("DELETE", `/api/v0/instances/${id}/`);
    expect([again.status, again.body.error]).toEqual([404, "no_such_instance"]);
    expect(world.contract(id)?.destroyedAt).toBe(new Date(BEGIN).toISOString());
    for (const path of [`${id}`, `reboot/${id}`, `recycle/${id}`, `update_template/${id}`, `bid_price/${id}`]) {
      expect((await call("PUT", `/api/v0/instances/${path}/`, { state: "running", price: 1 })).status).toBe(404);
    }
  });

  it("handles many at once", async () => {
    const { rent, call, world } = await pretend();
    const ids = [await rent(), await rent(), await rent()];
    world.advance(600);
    expect((await call("PUT", "/api/v0/instances/", { state: "stopped", ids: ids.slice(0, 2) })).body).toEqual({
      success: true,
    });
    world.advance(10);
    expect(world.contracts().map(({ curState }) => curState)).toEqual(["stopped", "stopped", "running"]);
    expect((await call("DELETE", "/api/v0/instances/", { instance_ids: ids })).body).toEqual({ success: true });
    expect(world.billedContracts()).toEqual([]);
    expect((await call("DELETE", "/api/v0/instances/", { instance_ids: ids })).status).toBe(404);
  });

  it("refuses what is no id, no JSON and no state", async () => {
    const { rent, call } = await pretend();
    const id = await rent();
    expect(await call("GET", "/api/v0/instances/abc/")).toMatchObject({ status: 400, body: { error: "invalid_args" } });
    expect(await call("PUT", `/api/v0/instances/${id}/`, "{")).toMatchObject({
      status: 400,
      body: { error: "invalid_args" },
    });
    expect(await call("PUT", `/api/v0/instances/${id}/`, { state: "frozen" })).toMatchObject({ status: 400 });
    expect(await call("PUT", `/api/v0/instances/${id}/`, {})).toMatchObject({ status: 400 });
  });
});
