import type { Volume } from "./contracts/volume.js";
import type { AskFacts } from "./market/ask.js";
import { type State, takeContractId } from "./state.js";

/** Volume offers are numbered by their machine, apart from those of GPUs. */
const FIRST_VOLUME_OFFER = 60_000_000;

/** Room for volumes on one machine. */
export interface VolumeAsk {
  readonly offerId: number;
  readonly facts: AskFacts;
  /** What is still to be had, in whole GB. */
  readonly freeGb: number;
}

/** What of a machine's disk can be had for volumes: half of what its largest slice offers, less what is rented. */
export function freeVolumeGb(state: State, machineId: number): number {
  return roomOf(state, machineId)?.freeGb ?? 0;
}

/** The id of a machine's volume offer. */
export function volumeOfferId(machineId: number): number {
  return FIRST_VOLUME_OFFER + machineId;
}

/** The machines of the market that have room for volumes. */
export function volumeAsks(state: State): VolumeAsk[] {
  const machines = new Set(state.asks.map(({ facts }) => facts.machine_id));
  return [...machines].flatMap((machineId) => {
    const room = roomOf(state, machineId);
    return room !== undefined && room.freeGb > 0 ? [room] : [];
  });
}

/** The room behind a volume offer's id. */
export function volumeAskOf(state: State, offerId: number): VolumeAsk | undefined {
  return volumeAsks(state).find((ask) => ask.offerId === offerId);
}

/** Puts a volume on a machine and returns it; whether there is room is the caller's business. */
export function makeVolume(
  state: State,
  wish: Pick<Volume, "account" | "facts" | "sizeGb" | "clonedFrom"> & { readonly name: string | null },
  at: number,
): Volume {
  const id = takeContractId(state);
  const volume = { ...wish, id, name: wish.name ?? `V.${id}`, createdAt: at, deletedAt: null };
  state.volumes.set(id, volume);
  return volume;
}

/** The volumes of an account that are not deleted, oldest first. */
export function livingVolumes(state: State, account?: number): Volume[] {
  return [...state.volumes.values()].filter(
    (volume) => volume.deletedAt === null && (account === undefined || volume.account === account),
  );
}

function roomOf(state: State, machineId: number): VolumeAsk | undefined {
  const slices = state.asks.filter(({ facts }) => facts.machine_id === machineId).map(({ facts }) => facts);
  const [largest] = slices.sort((a, b) => b.disk_space - a.disk_space);
  if (largest === undefined) return undefined;
  const rented = livingVolumes(state)
    .filter(({ facts }) => facts.machine_id === machineId)
    .reduce((sum, { sizeGb }) => sum + sizeGb, 0);
  const freeGb = Math.max(0, Math.floor(largest.disk_space / 2) - rented);
  return { offerId: volumeOfferId(machineId), facts: largest, freeGb };
}
