import type { OrphanVolume } from "../../provider/orphan-volumes.js";
import type { Orphan } from "../../provider/orphans.js";
import { type Column, type Paper, table } from "../table.js";
import { plain } from "../text.js";
import type { Found } from "./choice.js";
import { billedOf, priceOf } from "./money.js";
import { volumeAdviceOf } from "./volume-words.js";
import { adviceOf, ageText } from "./words.js";

const ID: Column<Found> = { title: "ID", cell: ({ row }) => String(row.id), align: "right" };
const AGE: Column<Found> = {
  title: "AGE",
  cell: ({ ageMs }) => (ageMs === undefined ? "?" : ageText(ageMs)),
  align: "right",
};
const BILLED: Column<Found> = {
  title: "BILLED~",
  cell: (orphan) => billedOf(orphan)?.toFixed(2) ?? "?",
  align: "right",
};
const label = ({ row }: Found) => plain(row.label ?? "");

const COLUMNS: readonly Column<Orphan>[] = [
  ID,
  { title: "LABEL", cell: label, align: "left", shrinks: true },
  { title: "KIND", cell: ({ kind }) => kind, align: "left" },
  AGE,
  { title: "STATUS", cell: ({ row }) => plain(row.actual_status ?? "no report"), align: "left" },
  { title: "$/H NOW", cell: (orphan) => priceOf(orphan)?.toFixed(3) ?? "?", align: "right" },
  BILLED,
];

const VOLUME_COLUMNS: readonly Column<OrphanVolume>[] = [
  ID,
  { title: "VOLUME", cell: label, align: "left", shrinks: true },
  { title: "SIZE", cell: ({ row }) => `${row.disk_space ?? "?"} GB`, align: "right" },
  { title: "MACHINE", cell: ({ row }) => String(row.machine_id ?? "?"), align: "right" },
  AGE,
  // Storage costs a hundredth of a GPU.
  { title: "$/H NOW", cell: (volume) => priceOf(volume)?.toFixed(4) ?? "?", align: "right" },
  BILLED,
];

/** A table of orphans, with what is known of each beneath its row. */
export function orphanTable(orphans: readonly Orphan[], paper: Paper): string {
  return table(COLUMNS, orphans, paper, adviceOf);
}

/** The same of volumes. */
export function volumeTable(volumes: readonly OrphanVolume[], paper: Paper): string {
  return table(VOLUME_COLUMNS, volumes, paper, volumeAdviceOf);
}
