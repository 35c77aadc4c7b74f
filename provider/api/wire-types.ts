import { z } from "zod";

/**
 * Number on the wire. Vast sends some numbers as text (ids of `launch_instance`, HostPort, recommended_disk_space),
 * so digits in a string are read as a number.
 */
export const wireNumber = z.union([
  z.number(),
  z
    .string()
    .trim()
    .regex(/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i)
    .transform(Number),
]);

/** Integer id on the wire, as number or digits. */
export const wireId = wireNumber.pipe(z.int());

/** A number that only informs: an odd value becomes null instead of failing the whole answer. */
export const looseNumber = wireNumber.nullish().catch(null);

/** A text that only informs; numbers are turned into text (os_version comes as 18.04 in the documentation). */
export const looseText = z
  .union([z.string(), z.number().transform(String)])
  .nullish()
  .catch(null);

/** A flag that only informs; has_avx and others come as 0 and 1. */
export const looseFlag = z
  .union([z.boolean(), z.number().transform((n) => n !== 0)])
  .nullish()
  .catch(null);

/** Where a machine stands: "Texas, US". A region without a name comes as ", US", which is read as "US". */
export const geolocation = z
  .string()
  .transform((text) => text.replace(/^[,\s]+/, "").trimEnd())
  .nullish()
  .catch(null);
