import { offerFields } from "../../provider/offer/query.js";
import { orderOrCheapest } from "../../provider/offer/rank.js";
import type { GetOffersArgs } from "../../provider/resources/offer/inputs.js";
import { literal } from "../import/literal.js";
import { vastWordOf } from "./vast-keys.js";
import { vastQueryText } from "./vast-text.js";

/** The inputs of an Instance that rents what was searched for, a line each, for a person to paste. */
export function inProgram(args: GetOffersArgs): string {
  const { limit: _, traffic: __, ...inputs } = args;
  const lines = Object.entries(inputs).map(([key, value]) => `  ${key}: ${literal(value, { indent: "  " })},\n`);
  return lines.join("");
}

/** The same search for the command line of Vast's own client, whose prices are by its own arithmetic. */
export function inVastsClient(args: GetOffersArgs): string {
  const { offer = {}, diskGb, rentalType, bidDollarsPerHour, maxDollarsPerHour: cap, defaultFilters } = args;
  const query = [
    vastQueryText(offer),
    ...(cap === undefined || offer.dollarsPerHour !== undefined ? [] : [`${vastWordOf("dollarsPerHour")}<=${cap}`]),
    ...(bidDollarsPerHour === undefined ? [] : [`${vastWordOf("minBidDollarsPerHour")}<=${bidDollarsPerHour}`]),
  ].filter((text) => text !== "");
  const isBid = rentalType === "interruptible" || bidDollarsPerHour !== undefined;
  const order = orderOrCheapest(args.orderBy).map(
    ({ field, direction }) => `${offerFields[field].column}${direction === "desc" ? "-" : ""}`,
  );
  return [
    "vastai search offers",
    quoted(query.join(" ")),
    `--storage ${diskGb}`,
    `-o ${quoted(order.join(","))}`,
    ...(isBid ? ["--type bid"] : rentalType === "reserved" ? ["--type reserved"] : []),
    ...(defaultFilters === false ? ["-n"] : []),
  ].join(" ");
}

/** A word of a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
