import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { VOLUME_NAME } from "../../volume/own-volumes.js";

const VOLUME_ID = 'a volume id is a whole number above 0, as a number or a text, e.g. 38186467 or "V.38186467"';

/** A volume inside the instance: one that exists, by `volumeId`, or one that is made with the rent, of `sizeGb`. */
export const MountedVolume = z.strictObject({
  /**
   * A volume that exists: `data.volumeId` or `data.id` of a `Volume`, or the number that Vast shows. It ties the search to the machine
   * that holds it; several instances there may share it. Exactly one of `volumeId` and `sizeGb` is needed.
   */
  volumeId: z
    .union([z.int(VOLUME_ID).positive(VOLUME_ID), z.string().regex(/^(V\.)?[1-9]\d*$/, VOLUME_ID)])
    .transform((id) => Number(String(id).replace("V.", "")))
    .optional(),
  /**
   * Size in whole GB, at least 1, of a volume that is made with the rent, on the machine that is rented; only machines with that much
   * room are searched. Billed in full from the start, also while stopped, and counted by `maxDollarsPerHour`. Vast cannot resize it.
   */
  sizeGb: z
    .int("sizeGb is a whole number of GB")
    .min(1, "sizeGb is in GB and at least 1")
    .max(1_000_000, "sizeGb is in GB and at most 1000000")
    .optional(),
  /**
   * Name on Vast of a new volume: 1 to 58 letters, digits and underscores. Where the account has one of this name, a number is put behind it.
   * Default: the label and this provider's mark, by which a volume is found again whose making was cut off.
   */
  name: z
    .string()
    .regex(VOLUME_NAME, "a name has letters, digits and underscores")
    .max(58, "a name has at most 58 letters, since a number may be put behind it")
    .optional(),
  /** Folder in the container where it shows, e.g. `/data`. */
  mountPath: z
    .string()
    .regex(
      /^(\/[^\s:/]+)+$/,
      "a mount path is a folder in the container such as /data, without blanks, colons and a slash at its end",
    ),
});

/** A volume inside the instance, checked. */
export type MountedVolume = z.output<typeof MountedVolume>;

/** What Vast takes with one rent (vast-api.md §2.2). */
export const MountedVolumes = z
  .array(MountedVolume)
  .max(1, "Vast mounts one volume with a rent; leave the others out, or make one of the sum of their sizes");

/** What is wrong with the volumes, beyond what the schema says. */
export function mountFailures(volumes: readonly MountedVolume[]): [property: string, reason: string][] {
  return volumes.flatMap(({ volumeId, sizeGb, name }, i): [string, string][] => {
    if (volumeId !== undefined && sizeGb !== undefined) {
      const reason = `\`volumeId\` (${volumeId}) mounts a volume that exists and \`sizeGb\` (${sizeGb}) makes a new one; give one of them.`;
      return [[`volumes.${i}.sizeGb`, reason]];
    }
    if (volumeId === undefined && sizeGb === undefined) {
      const reason = "nothing says which volume; give `volumeId` for one that exists, or `sizeGb` for a new one.";
      return [[`volumes.${i}.volumeId`, reason]];
    }
    if (volumeId === undefined || name === undefined) return [];
    return [[`volumes.${i}.name`, `Vast cannot rename volume ${volumeId} to "${name}"; leave \`name\` out.`]];
  });
}

/** Whether two lists ask for the same; a list that an older state does not have is an empty one. */
export function sameMounts(before: readonly MountedVolume[] | undefined, wanted: readonly MountedVolume[] | undefined) {
  return isDeepStrictEqual(before ?? [], wanted ?? []);
}
