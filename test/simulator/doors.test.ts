import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { pretend } from "./pretend.js";

/** What comes out of a port: the first bytes, or "cut". */
function hear(port: number, say?: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port }, () => say !== undefined && socket.write(say));
    socket.once("data", (data) => {
      resolve(data.toString());
      socket.destroy();
    });
    socket.on("close", () => resolve("cut")).on("error", () => resolve("cut"));
  });
}

describe("a reachable simulator", () => {
  it("answers behind the ports of containers while they run", async () => {
    const { rent, show, world } = await pretend({ reachable: true });
    const id = await rent({ runtype: "ssh_direc ssh_proxy", env: { "-p 8080:8080": "1" } });
    world.advance(600);
    const row = await show(id);
    expect(row.public_ipaddr.trim()).toBe("127.0.0.1");
    expect(row.ssh_host).toBe("127.0.0.1");
    const ssh = Number(row.ports["22/tcp"][0].HostPort);
    const web = Number(row.ports["8080/tcp"][0].HostPort);
    expect(await hear(ssh)).toMatch(/^SSH-2\.0-/);
    expect(await hear(row.ssh_port)).toMatch(/^SSH-2\.0-/);
    expect(await hear(web, "GET / HTTP/1.1\r\n\r\n")).toContain("200 OK");
    world.act(id, { do: "stop" });
    world.advance(60);
    expect(await hear(ssh)).toBe("cut");
  });

  it("keeps a port for each container, however many are shown at once", async () => {
    const { rent, call, world } = await pretend({ reachable: true });
    for (let n = 0; n < 25; n += 1) await rent({ runtype: "ssh_direc ssh_proxy" });
    world.advance(600);
    const portsOf = async () =>
      (await call("GET", "/api/v1/instances/")).body.instances.flatMap(
        (row: { ports: Record<string, { HostPort: string }[]>; ssh_port: number }) => [
          row.ports["22/tcp"]?.[0]?.HostPort,
          String(row.ssh_port),
        ],
      );
    const ports = await portsOf();
    expect(new Set(ports).size).toBe(50);
    expect(await portsOf()).toEqual(ports);
  });

  it("beside Jupyter, SSH answers one port above the told one", async () => {
    const { rent, show, world } = await pretend({ reachable: true });
    const id = await rent({ runtype: "jupyter_proxy ssh_proxy" });
    world.advance(600);
    expect(await hear((await show(id)).ssh_port + 1)).toMatch(/^SSH-2\.0-/);
  });

  it("answers late, and with another status, where a story says so", async () => {
    const { rent, show, world } = await pretend({ reachable: true });
    world.tell({ story: { boots: { afterMinutes: 1 }, portsOpenAfter: { minutes: 3 }, httpStatus: 503 } });
    const id = await rent({ runtype: "ssh_direc ssh_proxy", env: { "-p 8080:8080": "1" } });
    world.advance(3 * 60);
    const { ports } = await show(id);
    const [ssh, web] = ["22/tcp", "8080/tcp"].map((inside) => Number(ports[inside][0].HostPort));
    expect(await hear(ssh ?? 0)).toBe("cut");
    expect(await hear(web ?? 0, "GET / HTTP/1.1\r\n\r\n")).toBe("cut");
    world.advance(61);
    expect(await hear(ssh ?? 0)).toMatch(/^SSH-2\.0-/);
    expect(await hear(web ?? 0, "GET / HTTP/1.1\r\n\r\n")).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\n/);
  });

  it("counts a late answer from each start anew", async () => {
    const { rent, show, call, world } = await pretend({ reachable: true });
    world.tell({ story: { portsOpenAfter: { minutes: 3 } } });
    const id = await rent({ runtype: "ssh_direc ssh_proxy" });
    world.advance(600);
    const ssh = Number((await show(id)).ports["22/tcp"][0].HostPort);
    expect(await hear(ssh)).toMatch(/^SSH-2\.0-/);
    await call("PUT", `/api/v0/instances/reboot/${id}/`, {});
    world.advance(60);
    expect(world.contract(id)?.actualStatus).toBe("running");
    expect(await hear(ssh)).toBe("cut");
    world.advance(180);
    expect(await hear(ssh)).toMatch(/^SSH-2\.0-/);
  });

  it("is told such stories over HTTP, and no senseless ones", async () => {
    const { call } = await pretend();
    const tell = async (story: unknown) => (await call("POST", "/_simulator/stories", { story })).status;
    expect(await tell({ portsOpenAfter: { minutes: 3 }, httpStatus: 503 })).toBe(200);
    expect(await tell({ reports: { actual: null, message: "manifest unknown", givesUp: true } })).toBe(200);
    expect(await tell({ reports: { message: "manifest unknown" } })).toBe(400);
    expect(await tell({ httpStatus: 99 })).toBe(400);
    expect(await tell({ portsOpenAfter: { minutes: -1 } })).toBe(400);
  });
});
