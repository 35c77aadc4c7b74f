import type { Client } from "../../provider/api/client.js";
import { startProcess } from "./process.js";
import type { Scene } from "./scene.js";

/** Vast's limits of the calls before are over by then. */
const PAUSE_MS = 6000;

/** Somebody does something in the account, past the stack. */
export async function somebody<T>(scene: Scene, does: (client: Client) => Promise<T>): Promise<T> {
  await scene.clock.sleep(PAUSE_MS);
  return does(startProcess(scene.simulator.url, scene.clock, scene.config).account.client);
}

/** Somebody rents an instance by hand on the machine, or on any. */
export async function rentByHand(scene: Scene, machineId?: number, volumeId?: number): Promise<number> {
  const offer = scene.world.offers().find((each) => machineId === undefined || each.machineId === machineId);
  const { id } = await somebody(scene, ({ instances }) =>
    instances.rent(offer?.id ?? 0, {
      client_id: "me",
      image: "ubuntu:22.04",
      disk: 10,
      env: {},
      label: "by hand",
      target_state: "running",
      cancel_unavail: true,
      ...(volumeId === undefined
        ? {}
        : { volume_info: { create_new: false, volume_id: volumeId, mount_path: "/data" } }),
    }),
  );
  scene.strangers.set(`Instance ${id}`, "may go");
  return id;
}
