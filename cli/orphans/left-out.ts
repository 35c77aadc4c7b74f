import { type Paper, paragraph } from "../table.js";
import { choose, type Found } from "./choice.js";
import type { Flags } from "./flags.js";
import type { Survey } from "./survey.js";
import { doubtText, listText, mountedText } from "./words.js";

/** Which orphans are left alone, and why: for a doubt, or because they stay mounted. With `--only` nobody asks about the others. */
export function leftOutText(found: Survey, flags: Flags, paper: Paper): string {
  const { contracts, volumes } = choose(found, { ...flags, volumes: true });
  const chosen: readonly Found[] = [...contracts, ...volumes];
  const { only } = flags;
  const left = [...found.orphans, ...found.volumes].filter(
    (each) => !chosen.includes(each) && (only === undefined || only.includes(String(each.row.id))),
  );
  const doubted = left.filter(({ doubt }) => countsFor(flags, doubt));
  const doubts = [...new Set(doubted.flatMap(({ doubt }) => doubt ?? []))];
  const lines = [
    ...doubts.map((doubt) => `${listText(doubted.filter((each) => each.doubt === doubt))}: ${doubtText(doubt)}.`),
    ...left.filter((each) => !doubted.includes(each)).map((each) => `${listText([each])}: ${mountedText(each)}`),
  ].map((line) => `Left out: ${line}`);
  if (doubts.length > 0) lines.push(remedy(doubted));
  return lines.map((line) => paragraph(line, paper)).join("");
}

/** Whether a doubt is what keeps it: whoever names one, or asks for all, has no doubt, but in a wrong account. */
function countsFor({ only, all }: Flags, doubt: Found["doubt"]): boolean {
  return doubt !== undefined && !only && (!all || doubt === "other account");
}

function remedy(doubted: readonly Found[]): string {
  const asking = doubted.some(({ doubt }) => doubt === "other account") ? ", without --yes," : "";
  const also = doubted.some(({ noun }) => noun === "volume") ? " A volume ends only with --volumes." : "";
  return `When you are sure: --destroy --only ID ends one of them, --destroy --all${asking} all of them.${also}`;
}
