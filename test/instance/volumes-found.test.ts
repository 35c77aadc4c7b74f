// What lookups and imports tell of an instance with a volume.
import { afterEach, beforeEach, expect, it } from "vitest";
import { instanceImport } from "../../provider/resources/instance/import.js";
import { mountsOf } from "../../provider/resources/instance/volumes/shown-mounts.js";
import { anInstance, HANDLER, type TestWorld, testWorld } from "../support/harness.js";
import { plan } from "../support/steps.js";

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.stop());

it("an instance imports with its volume by id, and shows no change", async () => {
  const volumes = [{ sizeGb: 5, mountPath: "/data", name: "data" }];
  const { id } = await t.process().up(anInstance({ volumes, labelMark: false }));
  const process = t.process();
  const found = await instanceImport.find(process.account, id, { takeOver: false });
  if (found?.is !== "importable") throw new Error("it is not importable");
  const { args, inputs, outputs, notes = [] } = found.record;
  const [volume] = t.world.billedVolumes();
  expect(args.volumes).toEqual([{ volumeId: volume?.id, mountPath: "/data" }]);
  expect(notes.join(" ")).not.toContain("-v data");
  expect(notes.join(" ")).toContain("Its volume is not deleted with it");

  const outs = { ...inputs, ...outputs, __provider: HANDLER };
  expect(await plan(process.instance, { id, outs }, args)).toBe("same");
  // Nothing says that the rent made the volume.
  await process.instance.delete(id, { ...outs, keepVolumes: false });
  expect(t.world.billedContracts()).toEqual([]);
  expect(t.world.billedVolumes()).toHaveLength(1);
});

it.each([
  ["by Vast's handle", { "-v V.881:/mnt": "1" }, null, [{ volumeId: 881, name: "V.881", mountPath: "/mnt" }]],
  ["by name", { "-v my_data:/data": "1", TZ: "UTC" }, null, [{ name: "my_data", mountPath: "/data" }]],
  [
    "by name with its id beside (recorded/v1-list-volume-mounted)",
    { "-v my_data:/data": "1" },
    [{ id: 38_186_467, label: "my_data" }],
    [{ volumeId: 38_186_467, name: "my_data", mountPath: "/data" }],
  ],
  ["not at all", { "-p 80:80": "1" }, [], []],
])("a mount is read %s", (_how, extraEnv, volumes, mounts) => {
  expect(mountsOf({ id: 1, extra_env: extraEnv, volume_info: volumes } as never)).toEqual(mounts);
});
