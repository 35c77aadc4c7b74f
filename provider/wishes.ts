// What the inputs of a resource say about its price, also where a preview does not know some of them or hides them.
import type { ZodObject, z } from "zod";
import { type Bag, holdsUnknown } from "./engine/values.js";
import type { Estimate, InstanceWish, VolumeWish } from "./offer/estimate.js";
import { STORAGE_HOURS_PER_MONTH } from "./offer/price.js";
import { InstanceInputs } from "./resources/instance/inputs.js";
import { VolumeInputs } from "./resources/volume/inputs.js";

/** What inputs come to when there is nothing to search by. */
export type Unsearchable = Exclude<Estimate, { is: "price" }>;

/** The inputs that make the price of an instance. */
const PricedInstance = InstanceInputs.pick({
  offerId: true,
  offer: true,
  orderBy: true,
  rentalType: true,
  bidDollarsPerHour: true,
  defaultFilters: true,
  diskGb: true,
  volumes: true,
  adoptInstanceId: true,
});
const InstanceCap = InstanceInputs.pick({ maxDollarsPerHour: true });
const PricedVolume = VolumeInputs.pick({
  offerId: true,
  offer: true,
  machineId: true,
  sizeGb: true,
  defaultFilters: true,
  cloneOf: true,
  adoptVolumeId: true,
});
const VolumeCap = VolumeInputs.pick({ maxDollarsPerMonth: true });

/** The size of a volume that names none (see resources/volume/check.ts). */
const DEFAULT_VOLUME_GB = 15;

/** What an instance of these inputs is searched by. `machineOf` tells the machine of a volume that exists, as far as the caller knows it. */
export function instanceWish(
  inputs: Bag,
  machineOf: (volumeId: number) => number | undefined,
): InstanceWish | Unsearchable {
  const maxDollarsPerHour = read(InstanceCap, inputs).values?.maxDollarsPerHour;
  const without = (because: string) => cappedAt(maxDollarsPerHour, because);
  const { values, flaw } = read(PricedInstance, inputs);
  if (values === undefined) return without(flaw);
  const { adoptInstanceId, volumes, ...priced } = values;
  if (adoptInstanceId !== undefined) {
    return { is: "unknown", because: `instance ${adoptInstanceId} is taken over, whose price is not told here` };
  }
  if (priced.offerId === undefined && priced.offer === undefined) return without("nothing says what to rent");
  const [mount] = volumes;
  const machineId = mount?.volumeId === undefined ? undefined : machineOf(mount.volumeId);
  if (mount?.volumeId !== undefined && machineId === undefined) {
    return without(`the machine of volume ${mount.volumeId} is not told here`);
  }
  const { rentalType = priced.bidDollarsPerHour === undefined ? "on-demand" : "interruptible" } = priced;
  const isStopped = inputs.targetState === "stopped";
  return { ...priced, rentalType, maxDollarsPerHour, newVolumeGb: mount?.sizeGb, machineId, isStopped };
}

/**
 * What a volume of these inputs is searched by. `machineOf` tells the machine of `onMachineOf`, whose value it gets as it stands there, as
 * far as the caller knows it.
 */
export function volumeWish(
  inputs: Bag,
  machineOf: (onMachineOf: unknown) => number | undefined,
): VolumeWish | Unsearchable {
  const maxDollarsPerMonth = read(VolumeCap, inputs).values?.maxDollarsPerMonth;
  const without = (because: string) =>
    cappedAt(maxDollarsPerMonth && maxDollarsPerMonth / STORAGE_HOURS_PER_MONTH, because);
  const { values, flaw } = read(PricedVolume, inputs);
  if (values === undefined) return without(flaw);
  const { adoptVolumeId, cloneOf, sizeGb, ...place } = values;
  if (adoptVolumeId !== undefined) {
    return { is: "unknown", because: `volume ${adoptVolumeId} is taken over, whose price is not told here` };
  }
  if (cloneOf !== undefined && sizeGb === undefined) return without(`the size of volume ${cloneOf} is not told here`);
  const { onMachineOf } = inputs;
  if (![place.offerId, place.offer, place.machineId, onMachineOf].some(isGiven)) {
    return without("nothing says where it is to be");
  }
  const machineId = isGiven(onMachineOf) ? machineOf(onMachineOf) : place.machineId;
  if (isGiven(onMachineOf) && machineId === undefined) return without("the machine where it will be is not told here");
  return { ...place, machineId, sizeGb: sizeGb ?? DEFAULT_VOLUME_GB, maxDollarsPerMonth };
}

/** The volume that was made with an instance's rent, with its price where one can be worked out; undefined when there is none. */
export function madeVolume(
  inputs: Bag,
  outputs: Bag,
): { readonly id: number; readonly sizeGb: number; readonly dollarsPerHour: number | undefined } | undefined {
  const { createdVolumeIds, createdVolumeDollarsPerHour: told, storageDollarsPerGbMonth: perGbMonth } = outputs;
  const [id] = Array.isArray(createdVolumeIds) ? (createdVolumeIds as unknown[]) : [];
  const [mount] = Array.isArray(inputs.volumes) ? (inputs.volumes as { sizeGb?: unknown }[]) : [];
  const sizeGb = mount?.sizeGb;
  if (typeof id !== "number" || typeof sizeGb !== "number") return undefined;
  if (typeof told === "number") return { id, sizeGb, dollarsPerHour: told };
  // It is a contract of its own. Where the state does not hold its price, that is about that of the machine's disk.
  const isDiskTold = typeof perGbMonth === "number";
  return { id, sizeGb, dollarsPerHour: isDiskTold ? (perGbMonth * sizeGb) / STORAGE_HOURS_PER_MONTH : undefined };
}

/** A cap where there is one. */
function cappedAt(dollarsPerHour: number | undefined, because: string): Unsearchable {
  return dollarsPerHour === undefined ? { is: "unknown", because } : { is: "cap", dollarsPerHour, because };
}

type Reading<T> = { values: T; flaw: undefined } | { values: undefined; flaw: string };

/** Reads some of the inputs; the others may be whatever they are. */
function read<Schema extends ZodObject>(schema: Schema, inputs: Bag): Reading<z.output<Schema>> {
  const given = Object.entries(inputs).filter(([key, value]) => key in schema.shape && isGiven(value));
  const unknown = given.find(([, value]) => holdsUnknown(value));
  if (unknown !== undefined) return { values: undefined, flaw: `\`${unknown[0]}\` is not known yet` };
  const parsed = schema.safeParse(Object.fromEntries(given));
  if (parsed.success) return { values: parsed.data, flaw: undefined };
  const [issue] = parsed.error.issues;
  return { values: undefined, flaw: `\`${issue?.path.join(".")}\` cannot be read: ${issue?.message}` };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
