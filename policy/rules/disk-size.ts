import { defineRule } from "../define-rule.js";
import { instanceIn, volumeIn } from "../subjects.js";

interface Settings {
  readonly maxGb: number;
}

/** Vast's default for an instance that says nothing; see the input `diskGb`. */
const DEFAULT_DISK_GB = 10;

/** No disk and no volume is larger than the limit. */
export const diskSize = defineRule<Settings>({
  name: "disk-size",
  description: "Disks and volumes are not larger than the limit.",
  enforcementLevel: "mandatory",
  settings: {
    maxGb: {
      type: "number",
      exclusiveMinimum: 0,
      default: 500,
      description: "The largest disk of an instance, and the largest volume, in GB.",
    },
  },
  beforeMaking: (subject, { maxGb }, report) => {
    const instance = instanceIn(subject);
    const disks: { input: string; gb: number | undefined }[] = instance
      ? [
          { input: "diskGb", gb: instance.diskGb ?? DEFAULT_DISK_GB },
          ...(instance.volumes ?? []).map(({ sizeGb }, i) => ({ input: `volumes[${i}].sizeGb`, gb: sizeGb })),
        ]
      : [{ input: "sizeGb", gb: volumeIn(subject)?.sizeGb }];
    for (const { input, gb } of disks) {
      if (gb === undefined || gb <= maxGb) continue;
      report(
        `${subject.name} asks for ${gb} GB by ${input}, and ${maxGb} GB is the limit. Storage is billed in full from the start, ` +
          "also while stopped. Ask for less, or raise the limit of this rule.",
      );
    }
  },
});
