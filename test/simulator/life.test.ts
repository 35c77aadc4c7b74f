import { describe, expect, it } from "vitest";
import { BEGIN, pretend } from "./pretend.js";

describe("the life of a contract", () => {
  it("is null, then loading with changing texts, then running", async () => {
    const { rent, show, world } = await pretend();
    world.settings.bootMinutes = [3, 3];
    const id = await rent({ runtype: "ssh_direc ssh_proxy" });
    expect(await show(id)).toMatchObject({
      actual_status: null,
      intended_status: "running",
      cur_state: "running",
      status_msg: null,
    });
    world.advance(20);
    expect(await show(id)).toMatchObject({ actual_status: "loading", status_msg: "Pulling from library/ubuntu" });
    const texts = new Set<string>();
    for (let step = 0; step < 30; step += 1) {
      world.advance(5);
      const { actual_status, status_msg } = await show(id);
      expect(actual_status).toBe("loading");
      texts.add(status_msg);
    }
    expect(texts.size).toBeGreaterThan(5);
    expect([...texts].some((text) => /^[0-9a-f]{12}: Pull complete$/.test(text))).toBe(true);
    world.advance(10);
    expect(await show(id)).toMatchObject({
      actual_status: "running",
      intended_status: "running",
      cur_state: "running",
      next_state: "running",
      status_msg: "success, running ubuntu_22.04/ssh\n",
    });
  });

  it("boots in two to three minutes, each contract in its own time", async () => {
    const { rent, world } = await pretend();
    const ids = [await rent(), await rent(), await rent()];
    world.advance(119);
    expect(ids.map((id) => world.contract(id)?.actualStatus)).toEqual(["loading", "loading", "loading"]);
    world.advance(61);
    expect(ids.map((id) => world.contract(id)?.actualStatus)).toEqual(["running", "running", "running"]);
  });

  it("tells ports, address and dates as the live service does", async () => {
    const { rent, show, world } = await pretend();
    const end = BEGIN / 1000 + 86_400;
    const id = await rent(
      {
        runtype: "ssh_direc ssh_proxy",
        env: { "-p 8080:8080": "1", "-p 53:53/udp": "1", "-p 70000:70000": "1", A: "b" },
      },
      world.addOffer({ end_date: end, public_ipaddr: "203.0.113.9" }),
    );
    world.advance(600);
    const row = await show(id);
    expect(Object.keys(row.ports)).toHaveLength(4);
    expect(Object.keys(row.ports)).toEqual(expect.arrayContaining(["22/tcp", "8080/tcp", "53/udp"]));
    const { HostPort } = row.ports["22/tcp"][0];
    expect(HostPort).toMatch(/^\d+$/);
    expect(row.ports["22/tcp"]).toEqual([
      { HostIp: "0.0.0.0", HostPort },
      { HostIp: "::", HostPort },
    ]);
    // From 70000 on, a port is the same inside and outside.
    const identity = Object.keys(row.ports).find((port) => !/^(22|8080|53)\//.test(port)) ?? "";
    expect(identity).toBe(`${row.ports[identity][0].HostPort}/tcp`);
    expect(row.public_ipaddr).toMatch(/^203\.0\.113\.9\s+$/);
    expect(row.ssh_host).toMatch(/^ssh\d\.vast\.ai$/);
    expect(row.start_date).toBe(BEGIN / 1000);
    expect(row.duration).toBe(86_400 - 600);
  });

  it("forwards port 22 only for direct SSH, and nothing on machines without ports", async () => {
    const { rent, show, world } = await pretend();
    const proxied = await rent({ runtype: "ssh_proxy", env: { "-p 80:80": "1" } });
    const portless = await rent({ runtype: "ssh_direc ssh_proxy" }, world.addOffer({ direct_port_count: 0 }));
    world.advance(600);
    expect(Object.keys((await show(proxied)).ports)).toEqual(["80/tcp"]);
    expect((await show(portless)).ports).toEqual({});
  });

  it("stops, keeps the old text, and starts again by way of a stale exited", async () => {
    const { rent, show, call, world } = await pretend();
    const id = await rent();
    world.advance(600);
    expect((await call("PUT", `/api/v0/instances/${id}/`, { state: "stopped" })).body).toEqual({ success: true });
    expect(await show(id)).toMatchObject({
      actual_status: "running",
      intended_status: "stopped",
      next_state: "stopped",
    });
    world.advance(5);
    expect(await show(id)).toMatchObject({
      actual_status: "exited",
      intended_status: "stopped",
      cur_state: "stopped",
      next_state: "stopped",
      status_msg: "success, running ubuntu_22.04/ssh\n",
    });
    expect((await call("PUT", `/api/v0/instances/${id}/`, { state: "running" })).body).toEqual({ success: true });
    expect(await show(id)).toMatchObject({ actual_status: "exited", intended_status: "running", cur_state: "running" });
    world.advance(20);
    expect((await show(id)).actual_status).toBe("loading");
    world.advance(15);
    expect((await show(id)).actual_status).toBe("running");
  });

  it("a stop while it loads ends the boot, and a start begins it again", async () => {
    const { rent, call, world } = await pretend();
    const id = await rent();
    world.advance(60);
    await call("PUT", `/api/v0/instances/${id}/`, { state: "stopped" });
    world.advance(600);
    expect(world.contract(id)).toMatchObject({
      actualStatus: "created",
      intendedStatus: "stopped",
      curState: "stopped",
    });
    await call("PUT", `/api/v0/instances/${id}/`, { state: "running" });
    world.advance(119);
    expect(world.contract(id)?.actualStatus).toBe("loading");
    world.advance(61);
    expect(world.contract(id)?.actualStatus).toBe("running");
  });

  it("a start that is sent while it stops calls the stop off", async () => {
    const { rent, call, world } = await pretend();
    const id = await rent();
    world.advance(600);
    await call("PUT", `/api/v0/instances/${id}/`, { state: "stopped" });
    world.advance(2);
    await call("PUT", `/api/v0/instances/${id}/`, { state: "running" });
    world.advance(60);
    expect(world.contract(id)).toMatchObject({
      actualStatus: "running",
      intendedStatus: "running",
      nextState: "running",
    });
  });

  it("queues a start whose GPU was taken, until it is free", async () => {
    const { rent, show, call, world } = await pretend();
    const id = await rent();
    world.advance(600);
    world.act(id, { do: "stop" });
    world.advance(60);
    world.takeGpusOf(id);
    const { status, body } = await call("PUT", `/api/v0/instances/${id}/`, { state: "running" });
    expect([status, body]).toEqual([
      200,
      {
        success: false,
        error: "resources_unavailable",
        msg: "Required resources are currently unavailable, state change queued.",
      },
    ]);
    world.advance(3600);
    expect(await show(id)).toMatchObject({ actual_status: "exited", intended_status: "running", cur_state: "stopped" });
    world.freeGpusOf(id);
    world.advance(60);
    expect(await show(id)).toMatchObject({ actual_status: "running", cur_state: "running" });
  });

  it("a queued start ends when stopped is sent", async () => {
    const { rent, call, world } = await pretend();
    const id = await rent({ target_state: "stopped" });
    world.takeGpusOf(id);
    await call("PUT", `/api/v0/instances/${id}/`, { state: "running" });
    await call("PUT", `/api/v0/instances/${id}/`, { state: "stopped" });
    world.freeGpusOf(id);
    world.advance(600);
    expect(world.contract(id)).toMatchObject({ intendedStatus: "stopped", curState: "stopped" });
  });

  it("a rented GPU of a stopped contract queues its start until the other renter leaves", async () => {
    const { rent, call, world } = await pretend({ offers: 0 });
    const id = await rent();
    world.advance(600);
    world.act(id, { do: "stop" });
    world.advance(60);
    const rival = await rent({}, world.offers()[0]?.id, "another-key");
    expect((await call("PUT", `/api/v0/instances/${id}/`, { state: "running" })).body.success).toBe(false);
    world.act(rival, { do: "destroy" });
    world.advance(60);
    expect(world.contract(id)?.actualStatus).toBe("running");
  });

  it("may answer null for the first reads of a fresh contract", async () => {
    const { rent, show, world } = await pretend();
    world.settings.nullReadsAfterCreate = 2;
    const id = await rent();
    expect([await show(id), await show(id), (await show(id)).id]).toEqual([null, null, id]);
  });

  it("stops at the end of the contract and is deleted two days later", async () => {
    const { rent, show, world } = await pretend();
    const id = await rent({}, world.addOffer({ end_date: BEGIN / 1000 + 3600 }));
    world.advance(3599);
    expect((await show(id)).cur_state).toBe("running");
    world.advance(10);
    expect((await show(id)).cur_state).toBe("stopped");
    world.advance(48 * 3600);
    expect(await show(id)).toBeNull();
  });
});
