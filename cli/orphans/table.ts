import { dollarsBilledAbout, dollarsPerHourNow, type Orphan } from "../../provider/orphans.js";
import { type Column, type Paper, table } from "../table.js";
import { plain } from "../text.js";
import { adviceOf, ageText } from "./words.js";

const COLUMNS: readonly Column<Orphan>[] = [
  { title: "ID", cell: ({ row }) => String(row.id), align: "right" },
  { title: "LABEL", cell: ({ row }) => plain(row.label ?? ""), align: "left", shrinks: true },
  { title: "KIND", cell: ({ kind }) => kind, align: "left" },
  { title: "AGE", cell: ({ ageMs }) => (ageMs === undefined ? "?" : ageText(ageMs)), align: "right" },
  { title: "STATUS", cell: ({ row }) => plain(row.actual_status ?? "no report"), align: "left" },
  { title: "$/H NOW", cell: ({ row }) => dollarsPerHourNow(row)?.toFixed(3) ?? "?", align: "right" },
  { title: "BILLED~", cell: (orphan) => dollarsBilledAbout(orphan)?.toFixed(2) ?? "?", align: "right" },
];

/** A table of orphans, with what is known of each beneath its row. */
export function orphanTable(orphans: readonly Orphan[], paper: Paper): string {
  return table(COLUMNS, orphans, paper, adviceOf);
}
