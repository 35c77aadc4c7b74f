import type { Account } from "../../provider/account/account.js";
import { rememberedSearch } from "../../provider/offer/remembered.js";
import { type WhyNothingFits, whyNothingFits } from "../../provider/offer/why.js";
import type { GetOffersArgs } from "../../provider/resources/offer/inputs.js";
import { lookUpOffers, readArgs } from "../../provider/resources/offer/look-up.js";
import { paperOf } from "../table.js";
import { withNearNames } from "./near-names.js";
import { readOrder } from "./order.js";
import { readQuery } from "./query-text.js";
import { foundText, toJson } from "./report.js";

/** Flags of `pulumi-vastai offers`. */
export interface Flags {
  readonly disk: number;
  readonly order?: string;
  readonly type?: "on-demand" | "bid" | "interruptible" | "reserved";
  readonly bid?: number;
  readonly max?: number;
  readonly limit: number;
  readonly upload?: number;
  readonly download?: number;
  /** False with --no-default. */
  readonly default: boolean;
  readonly explain?: boolean;
  readonly json?: boolean;
}

/** Where the command reads and writes. */
export interface Streams {
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: NodeJS.WritableStream;
  readonly env: NodeJS.ProcessEnv;
}

/** Searches, and shows what was found and, when nothing was, why. True when something fits. Nothing is sent for a query that is wrong. */
export async function findAndShow(
  query: string,
  flags: Flags,
  lookIn: () => Account,
  { stdout, stderr, env }: Streams,
): Promise<boolean> {
  const args = argsOf(query, flags);
  const { wanted } = readArgs(args, "offers");
  const account = lookIn();
  const found = await lookUpOffers(args, account);
  const isAny = found.offers.length > 0;
  let why: WhyNothingFits | undefined;
  if (flags.explain || !isAny) {
    stderr.write("note: Counting what each filter rules out. This takes up to seven searches, three seconds apart.\n");
    why = await withNearNames(await whyNothingFits(rememberedSearch(account), wanted), wanted.query, account);
  }
  stdout.write(flags.json ? toJson(args, found, why) : foundText(args, found, why, paperOf(stdout, env)));
  return isAny;
}

function argsOf(query: string, flags: Flags): GetOffersArgs {
  const { disk, order, type, bid, max, limit, upload, download } = flags;
  const rentalType = type === "bid" ? "interruptible" : type;
  const orderBy = order === undefined ? [] : readOrder(order);
  return {
    offer: readQuery(query),
    diskGb: disk,
    limit,
    ...(rentalType === undefined ? {} : { rentalType }),
    ...(bid === undefined ? {} : { bidDollarsPerHour: bid }),
    ...(max === undefined ? {} : { maxDollarsPerHour: max }),
    ...(orderBy.length === 0 ? {} : { orderBy }),
    ...(flags.default ? {} : { defaultFilters: false }),
    ...(upload === undefined && download === undefined ? {} : { traffic: { uploadGb: upload, downloadGb: download } }),
  };
}
