import { z } from "zod";
import { VolumeOfferQuery } from "../../offer/volume-query.js";
import { VOLUME_NAME } from "./own-volumes.js";

const minutes = (what: string) =>
  z.number().positive(`${what} is in minutes and must be above 0`).max(1440, `${what} is in minutes; the most is 1440`);

/**
 * Everything that can be said about a local volume: disk on one machine that outlives instances. Place, size and name are fixed for its
 * life: changing one rents another volume and deletes this one with its data, which needs `allowDataLoss`.
 */
export const VolumeInputs = z.strictObject({
  /**
   * Rent in exactly this volume offer (the id that a volume search shows). Exactly one of `offerId`, `offer`, `onMachineOf`, `machineId` and
   * `adoptVolumeId` is needed. Changing it replaces the volume; leaving it out later changes nothing.
   */
  offerId: z.int().positive("a volume offer's id is a whole number above 0").optional(),
  /**
   * Where to rent, as a query over the market: `{ country: "DE", reliability: { gte: 0.99 } }`. The cheapest that fits is taken. Matters
   * only when renting: changing it later does nothing.
   */
  offer: VolumeOfferQuery.optional(),
  /**
   * Rent on the machine of this instance: the output `instanceId` of an `Instance`. A volume cannot move: when the instance is replaced by one
   * elsewhere, the volume stays where it is, and the update says so.
   */
  onMachineOf: z.int().positive("an instance id is a whole number above 0").optional(),
  /** Rent on this machine. Changing it to another machine replaces the volume; leaving it out later changes nothing. */
  machineId: z.int().positive("a machine id is a whole number above 0").optional(),
  /**
   * Size in whole GB, at least 1. Default 15, or the size of the volume that is cloned or adopted. Billed in full from the start. Vast cannot
   * resize: changing it replaces the volume.
   */
  sizeGb: z
    .int("sizeGb is a whole number of GB")
    .min(1, "sizeGb is in GB and at least 1")
    .max(1_000_000, "sizeGb is in GB and at most 1000000")
    .optional(),
  /**
   * Name on Vast: 1 to 64 letters, digits and underscores, unlike that of any other volume of the account. Default: the resource's name and
   * this provider's mark, by which a volume is found again whose making was cut off. Changing it replaces the volume.
   */
  name: z.string().regex(VOLUME_NAME, "a name has 1 to 64 letters, digits and underscores").optional(),
  /**
   * The most to pay, in $ for a month of 30 days and the whole volume. Checked against the offer. Default: no limit. Matters only when renting.
   */
  maxDollarsPerMonth: z.number().positive("a price cap is in $ per month and must be above 0").optional(),
  /**
   * Search only verified machines of Vast's own market, as Vast's client does; with `machineId` and `onMachineOf` the machine is chosen
   * already and nothing is filtered. Your own filters win over these. Default true. Matters only when renting.
   */
  defaultFilters: z.boolean().default(true),
  /**
   * Fill the new volume with a copy of this one, by its id; it may be on another machine. The copy cannot be named. Matters only when the
   * volume is created.
   */
  cloneOf: z.int().positive("a volume id is a whole number above 0").optional(),
  /** Compress what a clone sends over the network. Default true. Matters only when the volume is created. */
  cloneCompression: z.boolean().default(true),
  /**
   * Take over a volume that exists already, by its id, instead of renting. Its data stays. Ignored once the volume is in the stack.
   */
  adoptVolumeId: z.int().positive("a volume id is a whole number above 0").optional(),
  /**
   * Consent to lose what the volume holds: without it neither a destroy nor a replacement deletes it. A destroy looks at the value of the last
   * `pulumi up`. Default false. Changed in place.
   */
  allowDataLoss: z.boolean().default(false),
  /** How long to wait before giving up. The volume is kept and stays in the stack; the next `up` goes on waiting. */
  timeouts: z
    .strictObject({
      /** Until a rented volume shows in the account, in minutes. Default 10. */
      createMinutes: minutes("createMinutes").default(10),
      /** For the confirmation that the volume is gone, and while an instance that has just ended still holds it. Default 10. */
      deleteMinutes: minutes("deleteMinutes").default(10),
    })
    .prefault({}),
  /** Set by the resource class: the name of the resource, of which the default name is made. */
  resourceName: z.string().optional(),
  /** Set by the resource class: marks this resource's volumes on Vast. */
  ownerToken: z.string().optional(),
});

/** Inputs as the program gives them. */
export type VolumeArguments = Omit<z.input<typeof VolumeInputs>, "ownerToken" | "resourceName">;

/** Checked and completed inputs, as they are stored. */
export type VolumeInputs = z.output<typeof VolumeInputs>;
