// A volume that exists as inputs, outputs and arguments of a resource: for `pulumi-vastai import`.
import type { Account } from "../../account/account.js";
import type { WireVolume } from "../../api/volumes.js";
import { type Found, type ImportOptions, importRecord, ownedBecause } from "../../engine/import-record.js";
import { SIZE_TOLERANCE_GB } from "./changes.js";
import { checkVolume } from "./check.js";
import { readBackInputs, volumeFacts } from "./outputs.js";
import { tokenIn, VOLUME_NAME } from "./own-volumes.js";

/** The volumes of an account for import. */
export const volumeImport = {
  find: async (account: Account, id: string, options: ImportOptions): Promise<Found | undefined> => {
    const row = (await account.volumes()).find((volume) => String(volume.id) === id.replace(/^V\./, ""));
    return row && importVolume(row, options);
  },
  all: async (account: Account, options: ImportOptions): Promise<Found[]> =>
    (await account.volumes()).map((row) => importVolume(row, options)),
};

/** One volume for import. A name that this provider makes is its mark; it is left to the provider. */
export function importVolume(row: WireVolume, { takeOver }: ImportOptions): Found {
  const id = String(row.id);
  const name = row.label?.trim() ?? "";
  const token = tokenIn(name);
  const refused = { is: "refused", id, knownAs: name } as const;
  if (token !== undefined && !takeOver) {
    return { ...refused, why: "owned", because: ownedBecause("volume", `_${token}`) };
  }
  if (typeof row.disk_space !== "number" || typeof row.machine_id !== "number" || row.type === "network") {
    const because =
      "Vast does not tell its size or its machine, and a wrong guess would replace it. If it is a network volume, there is no resource for it; " +
      "else run this again in a few minutes.";
    return { ...refused, why: "unfit", because };
  }
  const sizeGb = Math.max(1, Math.round(row.disk_space));
  return importRecord(checkVolume, {
    id,
    knownAs: token === undefined ? name : name.slice(0, name.indexOf(`_${token}`)),
    args: { machineId: row.machine_id, sizeGb, name: token === undefined && VOLUME_NAME.test(name) ? name : undefined },
    ownerToken: token,
    outputs: { ...volumeFacts(row), ...readBackInputs(row, { sizeGb }, SIZE_TOLERANCE_GB) },
    notes: ["It is deleted with its data only when the program says `allowDataLoss: true`."],
  });
}
