import { z } from "zod";

/** Properties of a resource as Pulumi's CLI writes them as JSON; an absent bag is empty. */
export const PropertyBag = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((bag) => bag ?? {});
