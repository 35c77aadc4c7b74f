import type { Rule } from "./define-rule.js";
import { allowedCountries } from "./rules/allowed-countries.js";
import { allowedImages } from "./rules/allowed-images.js";
import { diskSize } from "./rules/disk-size.js";
import { instanceCount } from "./rules/instance-count.js";
import { pinnedImages } from "./rules/pinned-images.js";
import { plainSecrets } from "./rules/plain-secrets.js";
import { pricePerInstance } from "./rules/price-per-instance.js";
import { pricePerStack } from "./rules/price-per-stack.js";
import { secretMarks } from "./rules/secret-marks.js";
import { timeToLive } from "./rules/time-to-live.js";
import { verifiedMachines } from "./rules/verified-machines.js";

/** Every rule of the pack, in the order in which the README explains them. */
export const rules: readonly Rule[] = [
  pricePerInstance,
  pricePerStack,
  instanceCount,
  verifiedMachines,
  allowedCountries,
  allowedImages,
  pinnedImages,
  timeToLive,
  diskSize,
  plainSecrets,
  secretMarks,
];
