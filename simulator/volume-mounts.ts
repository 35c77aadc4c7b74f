import { z } from "zod";
import { creditOf } from "./accounts.js";
import type { Contract } from "./contracts/contract.js";
import type { Mount } from "./contracts/volume.js";
import { type Answer, refusal } from "./http/answers.js";
import type { AccountRequest } from "./http/route.js";
import { freeVolumeGb, livingVolumes, makeVolume, volumeOfferId } from "./volume-shelf.js";
import { badName, complaintAboutName } from "./volumes.js";

const DEFAULT_SIZE_GB = 15;

/** What the rent call says of a volume (vast-api.md §2.2). `volume_id` is that of a volume offer when it is to be made. */
export const VolumeInfo = z.looseObject({
  create_new: z.boolean(),
  volume_id: z.coerce.number().int(),
  size: z.coerce.number().int().positive().nullish(),
  mount_path: z.string().min(1),
  name: z.string().nullish(),
});
type VolumeInfo = z.infer<typeof VolumeInfo>;

/** Mounts that are in order, still to be made: a refused rent makes no volume. */
export type MountPlan = (contract: Contract) => void;

/** Checks the volumes of a rent call, of `volume_info` and of docker flags in the environment; answers what is wrong with them. */
export function planMounts(
  request: AccountRequest,
  offerId: number,
  info: VolumeInfo | null | undefined,
  env: Readonly<Record<string, string>>,
): MountPlan | Answer {
  const machineId = request.state.asks.find((ask) => ask.offerId === offerId)?.facts.machine_id;
  // Renting itself says that there is no such offer.
  if (machineId === undefined) return () => {};
  const plans = Object.keys(env).flatMap((flag) => {
    const [, name, path] = /^-v\s+(\w[\w.]*):(\/\S*)$/.exec(flag) ?? [];
    return name === undefined || path === undefined ? [] : [mountByName(request, machineId, name, path)];
  });
  if (info) plans.push(info.create_new ? mountNew(request, machineId, info) : mountExisting(request, machineId, info));
  const refused = plans.find((plan): plan is Answer => typeof plan !== "function");
  if (refused) return refused;
  return (contract) => {
    for (const plan of plans) if (typeof plan === "function") plan(contract);
  };
}

function mountByName(request: AccountRequest, machineId: number, name: string, path: string): MountPlan | Answer {
  const id = /^V\.(\d+)$/.exec(name)?.[1];
  const volume = livingVolumes(request.state, request.account.number).find(
    (each) => String(each.id) === id || (each.name === name && each.facts.machine_id === machineId),
  );
  return volume ? mountAt(volume, machineId, path) : refusal(400, "invalid_args", `Invalid args: no volume ${name}`);
}

function mountExisting({ state, account }: AccountRequest, machineId: number, info: VolumeInfo): MountPlan | Answer {
  const volume = livingVolumes(state, account.number).find(({ id }) => id === info.volume_id);
  if (!volume) return refusal(400, "invalid_args", `Invalid args: no volume ${info.volume_id}`);
  return mountAt(volume, machineId, info.mount_path);
}

function mountAt(volume: Mount["volume"], machineId: number, path: string): MountPlan | Answer {
  if (volume.facts.machine_id !== machineId)
    return refusal(400, "invalid_args", `Invalid args: volume ${volume.id} is on another machine`);
  return (contract) => {
    contract.mounts.push({ volume, path });
  };
}

function mountNew(request: AccountRequest, machineId: number, info: VolumeInfo): MountPlan | Answer {
  const { state, account, now } = request;
  const sizeGb = info.size ?? DEFAULT_SIZE_GB;
  if (info.volume_id !== volumeOfferId(machineId) || freeVolumeGb(state, machineId) < sizeGb)
    return refusal(400, "invalid_args", `Invalid args: volume offer ${info.volume_id} has no room on this machine`);
  const name = info.name ?? null;
  if (complaintAboutName(name)) return badName;
  if (creditOf(state, account, now) <= 0) return refusal(400, "insufficient_credit", "Your account lacks credit");
  return (contract) => {
    const { facts } = contract;
    const volume = makeVolume(state, { account: account.number, facts, sizeGb, name, clonedFrom: null }, now);
    contract.mounts.push({ volume, path: info.mount_path });
  };
}
