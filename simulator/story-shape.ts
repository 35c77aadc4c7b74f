import { z } from "zod";
import type { StoryRule } from "./stories.js";

const minutes = z.number().nonnegative();
const aside = z.strictObject({ afterMinutes: minutes, forMinutes: minutes.optional() }).optional();
const newPrice = z.strictObject({ afterMinutes: minutes, toDollarsPerHour: z.number().positive() }).optional();
const flag = z.literal(true).optional();

/** The shape of a story that comes over HTTP. */
export const StoryRuleShape: z.ZodType<StoryRule> = z.strictObject({
  image: z.string().optional(),
  label: z.string().optional(),
  offerId: z.int().optional(),
  machineId: z.int().optional(),
  times: z.int().positive().optional(),
  story: z.strictObject({
    boots: z.strictObject({ afterMinutes: minutes }).optional(),
    imageNeverPulls: flag,
    imageNotFound: flag,
    accessDenied: flag,
    noSpace: flag,
    ociError: flag,
    reports: z.strictObject({ actual: z.string().nullable(), message: z.string(), givesUp: flag }).optional(),
    neverStarted: flag,
    entrypointExits: z.strictObject({ afterMinutes: minutes.optional() }).optional(),
    portsOpenAfter: z.strictObject({ minutes }).optional(),
    log: z.string().optional(),
    httpStatus: z.int().min(200).max(599).optional(),
    hostGoesOffline: aside,
    outbid: aside,
    priceRises: newPrice,
    priceIncreaseProposed: newPrice,
  }),
});
