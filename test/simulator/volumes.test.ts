import { describe, expect, it } from "vitest";
import { volumeEndpoints } from "../../provider/api/volumes.js";
import { recorded } from "../support/recorded.js";
import { type Pretend, pretend } from "./pretend.js";

// 0.36 $/GB/month for 200 GB is 0.1 $/h; half of the disk can be had for volumes.
const offer = { machine_id: 77, storage_cost: 0.36, disk_space: 1000 };
const MACHINE_OFFER = 60_000_077;

async function withMachine(): Promise<Pretend> {
  const it = await pretend({ offers: 0 });
  it.world.addOffer(offer);
  return it;
}
async function rentVolume({ call }: Pretend, body: object = {}, key?: string): Promise<number> {
  const { body: answer } = await call("PUT", "/api/v0/volumes/", { id: MACHINE_OFFER, size: 200, ...body }, key);
  return Number(answer.volume_name?.slice(2));
}
const list = async ({ call }: Pretend, query = "?owner=me&type=all_volume") =>
  (await call("GET", `/api/v0/volumes/${query}`)).body.volumes;
const existing = (id: number) => ({ volume_info: { create_new: false, volume_id: id, mount_path: "/data" } });

describe("room for volumes", () => {
  it("is told alike by its own search and by offers of GPUs, and shrinks", async () => {
    const p = await withMachine();
    const look = async () => {
      const { body } = await p.call("POST", "/api/v0/volumes/search/", { allocated_storage: 200 });
      const { body: gpus } = await p.call("POST", "/api/v0/bundles/", {});
      return [body.offers[0], gpus.offers[0]];
    };
    const [room, gpu] = await look();
    expect(room).toMatchObject({ id: MACHINE_OFFER, machine_id: 77, disk_space: 500, storage_cost: 0.36 });
    expect(room.storage_total_cost).toBeCloseTo(0.1, 12);
    expect(gpu).toMatchObject({ avail_vol_ask_id: MACHINE_OFFER, avail_vol_size: 500, avail_vol_dph: 0.36 / 720 });
    await rentVolume(p);
    const [left, leftByGpu] = await look();
    expect([left.disk_space, leftByGpu.avail_vol_size]).toEqual([300, 300]);
    await rentVolume(p, { size: 300 });
    const [none, noneByGpu] = await look();
    expect([none, noneByGpu.avail_vol_ask_id]).toEqual([undefined, null]);
  });

  it("has every documented column and parses with the provider's schema", async () => {
    const p = await withMachine();
    const { body } = await p.call("POST", "/api/v0/volumes/search/", {});
    const documented = recorded("volumes-search-documented").body as { offers: object[] };
    expect(Object.keys(body.offers[0])).toEqual(expect.arrayContaining(Object.keys(documented.offers[0] ?? {})));
    expect(volumeEndpoints.search.answer.parse(body).offers).toHaveLength(1);
  });

  it("is filtered and sorted, and refuses fields that it does not know", async () => {
    const p = await withMachine();
    p.world.addOffer({
      machine_id: 78,
      storage_cost: 0.1,
      geolocation: "Berlin, DE",
      hosting_type: 1,
      os_version: "24.04",
    });
    const search = async (query: object) => {
      const { status, body } = await p.call("POST", "/api/v0/volumes/search/", query);
      return status === 200 ? body.offers.map((row: { machine_id: number }) => row.machine_id) : status;
    };
    expect(await search({ order: [["storage_cost", "asc"]] })).toEqual([78, 77]);
    expect(await search({ order: [["storage_cost", "asc"]], limit: 1 })).toEqual([78]);
    expect(await search({ geolocation: { eq: "DE" }, verified: { eq: true }, external: { eq: false } })).toEqual([78]);
    expect(await search({ datacenter: { eq: true } })).toEqual([78]);
    expect(await search({ ubuntu_version: { eq: "24.04" } })).toEqual([78]);
    expect(await search({ ask_contract_id: { eq: MACHINE_OFFER } })).toEqual([77]);
    expect(await search({ id: { eq: MACHINE_OFFER } })).toEqual([]);
    expect(await search({ disk_space: { gte: 400 } })).toEqual([77]);
    expect(await search({ gpu_nam: { eq: "x" } })).toBe(400);
    expect(await search({ disk_space: { above: 1 } })).toBe(400);
    expect(await search({ order: [["nothing", "asc"]] })).toBe(400);
  });
});

describe("a rented volume", () => {
  it("answers in the recorded form, with its id as a number when told to", async () => {
    const p = await withMachine();
    const rent = (name: string) => p.call("PUT", "/api/v0/volumes/", { id: MACHINE_OFFER, size: 5, name });
    const keys = (name: string) => Object.keys(recorded(name).body as object).sort();
    expect(Object.keys((await rent("a")).body).sort()).toEqual(keys("volumes-put-success"));
    p.world.settings.volumeIdInAnswer = true;
    const { body } = await rent("b");
    expect(Object.keys(body).sort()).toEqual(keys("volumes-put-success-with-id"));
    expect(body.volume_name).toBe(`V.${body.volume_id}`);
  });

  it("is listed in the observed form, by type, to its own account", async () => {
    const p = await withMachine();
    const id = await rentVolume(p, { name: "my_data" });
    const unnamed = await rentVolume(p, { size: undefined });
    const observed = recorded("volumes-list").body as { volumes: object[] };
    const rows = await list(p);
    expect(Object.keys(rows[0])).toEqual(expect.arrayContaining(Object.keys(observed.volumes[0] ?? {})));
    expect(rows).toMatchObject([
      { id, label: "my_data", status: "created", type: "machine", disk_space: 200, machine_id: 77, instances: [] },
      { id: unnamed, label: `V.${unnamed}`, disk_space: 15 },
    ]);
    expect(volumeEndpoints.list.answer.parse({ volumes: rows }).volumes).toHaveLength(2);
    expect(await list(p, "?type=local_volume")).toHaveLength(2);
    expect(await list(p, "?type=network_volume")).toEqual([]);
    expect((await p.call("GET", "/api/v0/volumes/", undefined, "other-key")).body).toEqual({ volumes: [] });
    p.world.settings.listLagSeconds = 10;
    expect(await list(p)).toEqual([]);
    p.world.advance(10);
    expect(await list(p)).toHaveLength(2);
  });

  it.each([
    [{ name: "a b" }, 422, "invalid_args"],
    [{ name: "" }, 422, "invalid_args"],
    [{ name: "a".repeat(65) }, 422, "invalid_args"],
    [{ size: 501 }, 400, "invalid_args"],
    [{ size: -1 }, 400, "invalid_args"],
    [{ id: 5 }, 404, "no_such_ask"],
    [{ id: "x" }, 400, "invalid_args"],
    [{ name: "taken" }, 400, "invalid_args"],
  ])("is refused for %o", async (body, status, error) => {
    const p = await withMachine();
    await rentVolume(p, { name: "taken", size: 1 });
    const answer = await p.call("PUT", "/api/v0/volumes/", { id: MACHINE_OFFER, size: 5, ...body });
    expect([answer.status, answer.body.error]).toEqual([status, error]);
    expect(p.world.volumes()).toHaveLength(1);
  });

  it("is billed by size and hour until it is deleted, from the account's credit", async () => {
    const p = await withMachine();
    const id = await rentVolume(p);
    p.world.advance(2 * 3600);
    expect(p.world.view()).toMatchObject({ volumes: [{ id, dollarsPerHourNow: expect.closeTo(0.1, 12) }] });
    expect(p.world.view().dollarsBilled).toBeCloseTo(0.2, 12);
    expect(p.world.view().billedPerHour).toBeCloseTo(0.1, 12);
    expect((await p.call("GET", "/api/v0/users/current/")).body.credit).toBeCloseTo(999.8, 9);
    expect(p.world.billedVolumes()).toMatchObject([{ id }]);
    await p.call("DELETE", `/api/v0/volumes/?id=${id}`);
    p.world.advance(3600);
    expect(p.world.view()).toMatchObject({ billedPerHour: 0 });
    expect(p.world.view().dollarsBilled).toBeCloseTo(0.2, 12);
    expect(p.world.billedVolumes()).toEqual([]);
    expect(p.world.volumes()).toMatchObject([{ id, deletedAt: expect.any(String) }]);
  });

  it("uses up the credit that keeps instances running", async () => {
    const p = await withMachine();
    p.world.setCredit(0.2);
    await rentVolume(p);
    const contract = await p.rent({ disk: 1 }, p.world.addOffer({ dph_base: 0.01, storage_cost: 0 }));
    p.world.advance(3 * 3600);
    expect(p.world.contract(contract)).toMatchObject({ intendedStatus: "stopped" });
    expect((await p.call("PUT", "/api/v0/volumes/", { id: MACHINE_OFFER, size: 5 })).body.error).toBe(
      "insufficient_credit",
    );
  });

  it("is copied, at its own size or a larger one", async () => {
    const p = await withMachine();
    p.world.addOffer({ ...offer, machine_id: 78 });
    const id = await rentVolume(p);
    const copy = (body: object) => p.call("POST", "/api/v0/volumes/copy/", { src_id: id, dst_id: 60_000_078, ...body });
    expect((await copy({})).body).toEqual({ success: true });
    expect((await copy({ size: 199 })).status).toBe(400);
    expect((await copy({ size: 301 })).status).toBe(400);
    expect((await copy({ src_id: 5 })).body.error).toBe("no_such_volume");
    expect(p.world.billedVolumes()).toMatchObject([
      { id, clonedFrom: null },
      { machineId: 78, sizeGb: 200, clonedFrom: id },
    ]);
  });
});

describe("a volume inside instances", () => {
  it("is shown by the v1 list alone, and as a flag of the environment; several share it", async () => {
    const p = await withMachine();
    const id = await rentVolume(p, { name: "my_data" });
    const first = await p.rent(existing(id), p.world.addOffer(offer));
    const second = await p.rent({ env: { "-v my_data:/mnt": "1", TZ: "UTC" } }, p.world.addOffer(offer));
    const third = await p.rent({ env: { [`-v V.${id}:/x`]: "1" } }, p.world.addOffer(offer));
    const { body } = await p.call("GET", "/api/v1/instances/");
    const [mounted] = (recorded("v1-list-volume-mounted").body as { instances: { volume_info: object[] }[] }).instances;
    expect(Object.keys(body.instances[0].volume_info[0])).toEqual(Object.keys(mounted?.volume_info[0] ?? {}));
    expect(body.instances[0]).toMatchObject({ id: first, extra_env: [["-v my_data:/data", "1"]] });
    expect(body.instances[1].extra_env).toEqual([
      ["TZ", "UTC"],
      ["-v my_data:/mnt", "1"],
    ]);
    expect(await p.show(first)).not.toHaveProperty("volume_info");
    expect(await list(p)).toMatchObject([{ status: "in-use", instances: [first, second, third] }]);
    expect(p.world.volumes()).toMatchObject([{ mountedBy: [first, second, third] }]);
  });

  it("can be made with the instance, and outlives it", async () => {
    const p = await withMachine();
    const info = { create_new: true, volume_id: MACHINE_OFFER, size: 20, mount_path: "/data", name: "fresh" };
    const instance = await p.rent({ volume_info: info }, p.world.offers()[0]?.id);
    expect(p.world.volumes()).toMatchObject([{ name: "fresh", sizeGb: 20, mountedBy: [instance] }]);
    await p.call("DELETE", `/api/v0/instances/${instance}/`, {});
    expect(p.world.billedVolumes()).toMatchObject([{ name: "fresh", mountedBy: [] }]);
  });

  it.each([
    ["on another machine", (id: number) => existing(id).volume_info],
    ["that never was", () => existing(5).volume_info],
    ["in an offer of another machine", () => ({ create_new: true, volume_id: 60_000_077, mount_path: "/data" })],
  ])("cannot be one %s, and nothing is rented", async (_, info) => {
    const p = await withMachine();
    const id = await rentVolume(p);
    const elsewhere = p.world.addOffer({ machine_id: 78 });
    const { status, body } = await p.call("PUT", `/api/v0/asks/${elsewhere}/`, { image: "a", volume_info: info(id) });
    expect([status, body.error]).toEqual([400, "invalid_args"]);
    expect([p.world.contracts(), p.world.volumes().length]).toEqual([[], 1]);
  });

  it("cannot be deleted while one has it, running or stopped, and for half a minute after", async () => {
    const p = await withMachine();
    const id = await rentVolume(p);
    const instance = await p.rent(existing(id), p.world.offers()[0]?.id);
    const remove = () => p.call("DELETE", "/api/v0/volumes/", { id });
    expect((await remove()).status).toBe(400);
    p.world.advance(600);
    await p.call("PUT", `/api/v0/instances/${instance}/`, { state: "stopped" });
    p.world.advance(600);
    expect((await remove()).status).toBe(400);
    await p.call("DELETE", `/api/v0/instances/${instance}/`, {});
    p.world.advance(29);
    expect([(await remove()).status, (await list(p))[0].status]).toEqual([400, "in-use"]);
    p.world.advance(1);
    expect((await remove()).body).toEqual({ success: true });
    const again = await remove();
    expect([again.status, again.body.msg]).toEqual([404, (recorded("volumes-delete-404").body as { msg: string }).msg]);
  });

  it("is deleted by its account only, and by a valid id", async () => {
    const p = await withMachine();
    const id = await rentVolume(p);
    expect((await p.call("DELETE", `/api/v0/volumes/?id=${id}`, undefined, "other-key")).status).toBe(404);
    const bad = await p.call("DELETE", "/api/v0/volumes/", {});
    expect([bad.status, bad.body.msg]).toEqual([400, (recorded("volumes-delete-400").body as { msg: string }).msg]);
    expect(p.world.billedVolumes()).toHaveLength(1);
  });
});
