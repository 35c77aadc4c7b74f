import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../../account/account.js";
import { type LookupOptions, type LookupOutputOptions, lookupAccount, lookupOutput } from "../../lookup.js";
import type { PulumiArgs } from "../../pulumi-args.js";
import type { GetVolumeOffersArgs, GetVolumeOffersResult, GetVolumesArgs, GetVolumesResult } from "./look-up.js";

/** Looks up the volumes of the account. */
export async function getVolumes(args: GetVolumesArgs = {}, opts: LookupOptions = {}): Promise<GetVolumesResult> {
  return volumes(args, await lookupAccount(opts));
}

/** {@link getVolumes} for arguments that are outputs. */
export function getVolumesOutput(
  args: PulumiArgs<GetVolumesArgs> = {},
  opts: LookupOutputOptions = {},
): pulumi.Output<GetVolumesResult> {
  return lookupOutput(pulumi.output(args) as pulumi.Output<GetVolumesArgs>, opts, volumes);
}

/** Searches room for volumes. Throws on a query that means nothing. */
export async function getVolumeOffers(
  args: GetVolumeOffersArgs = {},
  opts: LookupOptions = {},
): Promise<GetVolumeOffersResult> {
  return offers(args, await lookupAccount(opts));
}

/** {@link getVolumeOffers} for arguments that are outputs. */
export function getVolumeOffersOutput(
  args: PulumiArgs<GetVolumeOffersArgs> = {},
  opts: LookupOutputOptions = {},
): pulumi.Output<GetVolumeOffersResult> {
  return lookupOutput(pulumi.output(args) as pulumi.Output<GetVolumeOffersArgs>, opts, offers);
}

// Loaded on first use, as the account is: schemas cost every program time, and few make lookups.
const volumes = async (args: GetVolumesArgs, account: Account) =>
  (await import("./look-up.js")).lookUpVolumes(args, account);
const offers = async (args: GetVolumeOffersArgs, account: Account) =>
  (await import("./look-up.js")).lookUpVolumeOffers(args, account);
