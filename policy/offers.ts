import { conditionsOf } from "../provider/offer/filters.js";
import type { Subject } from "./define-rule.js";
import { type InstanceProps, instanceIn, type VolumeProps, volumeIn } from "./subjects.js";

/** Whether a filter of an offer query lets nothing through but these values. */
export function allowsOnly(filter: unknown, allowed: readonly string[]): boolean {
  return conditionsOf(filter, (value) => value).some(
    ({ op, wanted }) =>
      (op === "eq" || op === "in") && [wanted].flat().every((value) => allowed.includes(String(value))),
  );
}

/** An instance or a volume, which both stand on a machine. */
export function placedIn(subject: Subject): InstanceProps | VolumeProps | undefined {
  return instanceIn(subject) ?? volumeIn(subject);
}

/** The offer query that chooses the machine; undefined where it is chosen in another way and only the output tells. */
export function queryOf(placed: InstanceProps | VolumeProps) {
  const isChosen = ["offerId", "machineId", "onMachineOf", "adoptInstanceId", "adoptVolumeId"].some(
    (input) => (placed as Record<string, unknown>)[input] !== undefined,
  );
  return isChosen ? undefined : (placed.offer ?? {});
}
