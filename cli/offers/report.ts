import { describeQuery } from "../../provider/offer/describe.js";
import type { LeftOut, WhyNothingFits } from "../../provider/offer/why.js";
import { whyText } from "../../provider/offer/why-text.js";
import type { OfferDetails } from "../../provider/resources/offer/facts.js";
import type { GetOffersArgs } from "../../provider/resources/offer/inputs.js";
import type { GetOffersResult } from "../../provider/resources/offer/look-up.js";
import { type Column, type Paper, paragraph, table } from "../table.js";
import { count, plain } from "../text.js";
import { inProgram, inVastsClient } from "./paste.js";

const COLUMNS: readonly Column<OfferDetails>[] = [
  { title: "GPU", cell: ({ gpuCount, gpuName }) => `${gpuCount ?? "?"}x ${plain(gpuName ?? "?")}`, align: "left" },
  { title: "$/H", cell: (offer) => offer.dollarsPerHour.toFixed(3), align: "right" },
  { title: "STOPPED", cell: (offer) => offer.dollarsPerHourStopped.toFixed(4), align: "right" },
  { title: "$/MONTH", cell: (offer) => offer.dollarsPerMonth.toFixed(2), align: "right" },
  { title: "WHERE", cell: ({ geolocation }) => plain(geolocation ?? "?"), align: "left", shrinks: true },
  { title: "RELIABLE", cell: ({ reliability }) => reliability?.toFixed(4) ?? "?", align: "right" },
  {
    title: "DOWN/UP",
    cell: ({ internetDownMbps: down, internetUpMbps: up }) => `${whole(down)}/${whole(up)}`,
    align: "right",
  },
  { title: "MACHINE", cell: ({ machineId }) => String(machineId ?? "?"), align: "right" },
  { title: "OFFER", cell: ({ offerId }) => String(offerId), align: "right" },
];
/** Stands behind the prices when traffic was declared. */
const TRAFFIC: Column<OfferDetails> = {
  title: "TRAFFIC $",
  cell: ({ trafficDollars }) => trafficDollars?.toFixed(2) ?? "?",
  align: "right",
};

const REASONS: readonly Column<LeftOut>[] = [
  { title: "LEFT OUT", cell: ({ text }) => text, align: "left", shrinks: true },
  { title: "FROM", cell: ({ from }) => ({ query: "query", default: "default", input: "option" })[from], align: "left" },
  { title: "RULES OUT", cell: ({ rulesOut }) => String(rulesOut ?? "-"), align: "right" },
  { title: "THEN FIT", cell: ({ fitting, orMore }) => `${fitting}${orMore ? "+" : ""}`, align: "right" },
  { title: "CHEAPEST $/H", cell: ({ cheapestDollarsPerHour: dollars }) => dollars?.toFixed(3) ?? "-", align: "right" },
];

/** What was found, for a person: the offers, why there are no more, and the query for a program. */
export function foundText(
  args: GetOffersArgs,
  found: GetOffersResult,
  why: WhyNothingFits | undefined,
  paper: Paper,
): string {
  const columns = args.traffic ? COLUMNS.toSpliced(4, 0, TRAFFIC) : COLUMNS;
  const rows = found.offers.length === 0 ? [] : [`${table(columns, found.offers, paper)}\n\n`];
  const asked = describeQuery(args.offer ?? {});
  return [
    paragraph(headOf(asked, args, found), paper),
    ...rows,
    ...(why ? [whyTable(why, found, paper)] : []),
    `In a program:\n${inProgram(args)}\nFor Vast's own client:\n  ${inVastsClient(args)}\n`,
  ].join("");
}

/** What was found, for a machine. */
export function toJson(args: GetOffersArgs, found: GetOffersResult, why: WhyNothingFits | undefined): string {
  return `${JSON.stringify({ args, ...found, ...(why ? { why } : {}) }, null, 2)}\n`;
}

function headOf(asked: string, { diskGb, orderBy }: GetOffersArgs, found: GetOffersResult): string {
  const { offers, fittingCount, isCountComplete } = found;
  const wanted = `${asked} with ${diskGb} GB of disk`;
  if (offers.length === 0)
    return isCountComplete ? `Nothing fits: ${wanted}.` : `Nothing was found among the first offers: ${wanted}.`;
  const number = isCountComplete ? count(fittingCount, "offer") : `${fittingCount} or more offers`;
  const shown = offers.length < fittingCount ? `the best ${offers.length} of them` : "best first";
  const by =
    orderBy === undefined
      ? "by price"
      : `by ${orderBy.map(({ field, direction }) => `${field} ${direction}`).join(", ")}`;
  const verb = fittingCount === 1 && isCountComplete ? "fits" : "fit";
  return `${number} ${verb} ${wanted}; ${shown} ${by}. Prices in $ include the disk and no traffic; Mb/s.`;
}

function whyTable(why: WhyNothingFits, found: GetOffersResult, paper: Paper): string {
  const { leftOut, sample } = why;
  const ofWhat = sample.of === undefined ? "" : ` of ${sample.of}`;
  const seen = sample.orMore
    ? `the ${sample.offers} cheapest offers${ofWhat}`
    : `${count(sample.offers, "offer")}${ofWhat}`;
  const note =
    `RULES OUT: how many of ${seen} it rules out by itself. THEN FIT: how many offers fit when it alone is left out` +
    `${leftOut.some(({ orMore }) => orMore) ? " (+: or more)" : ""}.`;
  const sentence = found.offers.length === 0 ? `${paragraph(whyText(why), paper)}\n` : "";
  return leftOut.length === 0 ? sentence : `${sentence}${table(REASONS, leftOut, paper)}\n${paragraph(note, paper)}\n`;
}

function whole(value: number | undefined): string {
  return value === undefined ? "?" : value.toFixed(0);
}
