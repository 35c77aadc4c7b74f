import type { Settings } from "../../provider/account/settings.js";
import type { OrphanVolume } from "../../provider/orphan-volumes.js";
import { isOutdated } from "../state/sources.js";
import { type Paper, paragraph } from "../table.js";
import { perHour } from "../text.js";
import { type Choice, choose, type Found } from "./choice.js";
import type { Ending, Endings } from "./ending.js";
import type { Flags } from "./flags.js";
import { dollarsPerHourOf } from "./money.js";
import type { Survey } from "./survey.js";
import { orphanTable, volumeTable } from "./table.js";
import { countText, listText, mountedText } from "./words.js";

/** What was found, for a person. */
export function foundText(found: Survey, { keySource }: Settings, paper: Paper): string {
  const { orphans, volumes, states, marked } = found;
  const given = states.map((state) => (isOutdated(state, states) ? `${state.name} (older)` : state.name)).join(", ");
  const where = `the account of the key from ${keySource}`;
  if (orphans.length + volumes.length === 0) {
    const all =
      marked.instance + marked.volume === 0
        ? `No orphans: no contract and no volume in ${where} carries the mark of this provider.`
        : `No orphans: ${countText(marked, "marked contract", "marked volume")} in ${where}, and each stands in ${given}.`;
    return paragraph(all, paper);
  }
  const counts = { instance: orphans.length, volume: volumes.length };
  const head = `${countText(counts, "orphan", "orphaned volume")} in ${where}: marked by this provider, and in no state that was given (${given}).`;
  const tables = [
    ...(orphans.length > 0 ? [orphanTable(orphans, paper)] : []),
    ...(volumes.length > 0 ? [volumeTable(volumes, paper)] : []),
  ];
  const foot =
    `Together ${perHour(dollarsPerHourOf([...orphans, ...volumes]))} now. BILLED~ is an estimate in $, age x price now: Vast gives no bill for one ` +
    "contract, and a time spent in another state cost more or less.";
  return `${paragraph(head, paper)}\n${tables.join("\n\n")}\n\n${paragraph(foot, paper)}`;
}

/** What `--destroy` would end, as long as it is not given. */
export function hintText(found: Survey, flags: Flags, paper: Paper): string {
  if (flags.destroy) return "";
  const { contracts, volumes } = choose(found, { ...flags, volumes: true });
  const first = contracts.length > 0 ? `--destroy ends ${listText(contracts)}.` : "";
  const also = contracts.length > 0 ? "also " : "";
  const second = volumes.length > 0 ? `--destroy --volumes ends ${also}${listText(volumes)}, with all the data.` : "";
  const text = [first, second].filter((part) => part !== "").join(" ");
  return text === "" ? "" : paragraph(text, paper);
}

/** What is asked before anything ends. */
export function questionText({ contracts, volumes }: Choice): string {
  return `End ${listText([...contracts, ...volumes])}? What is on their disks is lost. Only \`yes\` ends them: `;
}

/** What is left alone because it is not any more as it was shown. */
export function changedText(choice: Choice, still: Choice): string {
  const kept: readonly Found[] = [...still.contracts, ...still.volumes];
  const changed = [...choice.contracts, ...choice.volumes].filter((each) => !kept.includes(each));
  return changed.length === 0
    ? ""
    : `Left alone: ${listText(changed)} changed in the meantime. Run this again to see how.\n`;
}

/** Volumes whose instance was to end and did not. */
export function stillMountedText(volumes: readonly OrphanVolume[]): string {
  return volumes.map((volume) => `Left alone: ${listText([volume])}: ${mountedText(volume)}\n`).join("");
}

/** What became of one. */
export function endingText(orphan: Found, ending: Ending): string {
  const one = capitalised(listText([orphan]));
  return ending.is === "ended"
    ? `${one} is gone.\n`
    : `${one} could not be ended and may still be billed: ${ending.because}\n`;
}

/** What was ended, and what that saves. */
export function endedText(endings: Endings): string {
  const ended = [...endings.keys()].filter((orphan) => endings.get(orphan)?.is === "ended");
  const number = (wanted: Found["noun"]) => ended.filter(({ noun }) => noun === wanted).length;
  const counts = { instance: number("instance"), volume: number("volume") };
  return ended.length === 0
    ? ""
    : `Ended ${countText(counts, "contract", "volume")}: ${perHour(dollarsPerHourOf(ended))} saved.\n`;
}

/** Which volumes stay because nobody said that their data may be lost, and what they cost. */
export function stayText(found: Survey, flags: Flags, endings: Endings, paper: Paper): string {
  const { volumes } = found;
  if (flags.volumes || volumes.length === 0) return "";
  const many = volumes.length > 1;
  const stays = `${capitalised(listText(volumes))} ${many ? "stay" : "stays"} with all the data, and ${many ? "are" : "is"} billed`;
  const endable = choose(found, { ...flags, volumes: true }).volumes;
  const lost = volumes.filter(({ isMarked, mountedBy }) => !isMarked && mountedBy.some((id) => hasEnded(id, endings)));
  const sentences = [
    `${stays}: ${perHour(dollarsPerHourOf(volumes))}.`,
    ...(endable.length === 0 ? [] : [`--destroy --volumes ends ${listText(endable)}.`]),
    ...(lost.length === 0
      ? []
      : [
          `The name of ${listText(lost)} has no mark, so it is not found here any more: \`vastai delete volume ID\` ends it.`,
        ]),
  ];
  return paragraph(sentences.join(" "), paper);
}

/** The warning for states that may be of another account: "no orphans" would be a false comfort. */
export function otherAccountText({ inStates }: Survey, keySource: string | undefined): string {
  return (
    `warning: the given states hold ${countText(inStates, "instance", "volume")}, and the account of the key from ${keySource} has none of them. ` +
    "Is it the account that these stacks use?\n"
  );
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function hasEnded(id: number, endings: Endings): boolean {
  return [...endings].some(([{ noun, row }, { is }]) => noun === "instance" && row.id === id && is === "ended");
}
