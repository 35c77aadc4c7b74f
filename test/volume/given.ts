import type { Bag } from "../../provider/engine/values.js";
import { type TestWorld, TOKEN } from "../support/harness.js";

/** A machine with 250 GB for volumes at 0.15 $ per GB and month, and what its volume offer is called. */
export const MACHINE = 900_001;
export const VOLUME_OFFER = 60_000_000 + MACHINE;

/** Inputs of a small volume on the first machine of the test market. */
export function aVolume(inputs: Bag = {}): Bag {
  return { machineId: MACHINE, sizeGb: 50, resourceName: "data", ownerToken: TOKEN, ...inputs };
}

/** The name that such a volume gets by itself. */
export const NAME = `data_${TOKEN}`;

/** An instance with a volume inside, rented past the provider. */
export async function mountingInstance(t: TestWorld, volumeId: number, key = "key-a"): Promise<number> {
  const offers = await fetch(`${t.simulator.url}/api/v0/bundles/`, {
    method: "POST",
    body: JSON.stringify({ machine_id: { eq: MACHINE } }),
  });
  const { offers: rows } = (await offers.json()) as { offers: { id: number }[] };
  const rented = await fetch(`${t.simulator.url}/api/v0/asks/${rows[0]?.id}/`, {
    method: "PUT",
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({
      image: "ubuntu:22.04",
      disk: 10,
      volume_info: { create_new: false, volume_id: volumeId, mount_path: "/data" },
    }),
  });
  return ((await rented.json()) as { new_contract: number }).new_contract;
}
