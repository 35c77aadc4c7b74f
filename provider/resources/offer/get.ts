import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../../account/account.js";
import { type LookupOptions, type LookupOutputOptions, lookupAccount, lookupOutput } from "../../lookup.js";
import type { PulumiArgs } from "../../pulumi-args.js";
import type { GetOffersArgs } from "./inputs.js";
import type { GetGpuNamesArgs, GetGpuNamesResult, GetOffersResult } from "./look-up.js";

/**
 * Searches the market, with the query and the price arithmetic of an `Instance`. Needs no API key. Equal searches of one program cost one
 * call a minute. An offer is gone as soon as somebody rents it: give an `Instance` the query, not the id. Throws on arguments that mean nothing.
 */
export async function getOffers(args: GetOffersArgs = {}, opts: LookupOptions = {}): Promise<GetOffersResult> {
  return offers(args, await lookupAccount(opts));
}

/** {@link getOffers} for arguments that are outputs. */
export function getOffersOutput(
  args: PulumiArgs<GetOffersArgs> = {},
  opts: LookupOutputOptions = {},
): pulumi.Output<GetOffersResult> {
  return lookupOutput(pulumi.output(args) as pulumi.Output<GetOffersArgs>, opts, offers);
}

/** Looks up the names of GPUs as Vast writes them now, for `offer.gpuName`. Needs no API key. */
export async function getGpuNames(args: GetGpuNamesArgs = {}, opts: LookupOptions = {}): Promise<GetGpuNamesResult> {
  return gpuNames(args, await lookupAccount(opts));
}

/** {@link getGpuNames} for arguments that are outputs. */
export function getGpuNamesOutput(
  args: PulumiArgs<GetGpuNamesArgs> = {},
  opts: LookupOutputOptions = {},
): pulumi.Output<GetGpuNamesResult> {
  return lookupOutput(pulumi.output(args) as pulumi.Output<GetGpuNamesArgs>, opts, gpuNames);
}

// Loaded on first use, as the account is: schemas cost every program time, and few make lookups.
const offers = async (args: GetOffersArgs, account: Account) =>
  (await import("./look-up.js")).lookUpOffers(args, account);
const gpuNames = async (args: GetGpuNamesArgs, account: Account) =>
  (await import("./look-up.js")).lookUpGpuNames(args, account);
