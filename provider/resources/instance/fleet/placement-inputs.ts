import { z } from "zod";

const GROUP = "a group is a name of 1 to 256 characters, such as the name of a fleet";
const MAX_UNAVAILABLE = "maxUnavailable is how many may be away at a time, a whole number of at least 1";

/** How an instance stands to its siblings: the instances of the stack with the same `group`. A `Fleet` writes it for its children. */
export const Placement = z.strictObject({
  /** Name that siblings have in common. Those that a run does not look at, as with `--target`, are overlooked. */
  group: z.string(GROUP).min(1, GROUP).max(256, GROUP),
  /**
   * Prefer what siblings use least: of the offers that fit, those on the machine, of the host or in the country with the fewest siblings
   * come first, in the order of `orderBy` among equals. Default: only the order counts.
   */
  spread: z.enum(["machine", "host", "country"], 'spread is "machine", "host" or "country"').optional(),
  /** Never rent on a machine that a sibling has; rather fail. Default false. */
  distinct: z.boolean("distinct is true or false").optional(),
  /**
   * Take turns with the siblings when machines are replaced or containers made anew: at most `maxUnavailable` of the group are away at a time, and
   * the first that does not come up again stops it for the others. A replacement is held only with the resource option `deleteBeforeReplace`.
   */
  rolling: z
    .strictObject({
      maxUnavailable: z.int(MAX_UNAVAILABLE).min(1, MAX_UNAVAILABLE),
    })
    .optional(),
});
/** How an instance stands to its siblings. */
export type Placement = z.infer<typeof Placement>;

/** The name of a group for people: a fleet's is the end of the text that tells it from others of its name. */
export function groupName({ group }: Pick<Placement, "group">): string {
  return group.split("::").at(-1) ?? group;
}
