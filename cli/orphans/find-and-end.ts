import type { Account } from "../../provider/account/account.js";
import type { Orphan } from "../../provider/orphans.js";
import { stateSources } from "../state/sources.js";
import { paperOf, paragraph } from "../table.js";
import { count, perHour } from "../text.js";
import { type Ending, endAll, isConfirmed } from "./ending.js";
import { checkNamed, type Flags, isChosenBy } from "./flags.js";
import { foundText, leftOutText, toJson } from "./report.js";
import { dollarsPerHourOf, type Survey, survey } from "./survey.js";

/** Where the command reads and writes. */
export interface Streams {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: NodeJS.WritableStream;
  readonly env: NodeJS.ProcessEnv;
}

/** Looks, shows, and with `--destroy` asks and ends. True when no orphan is left. */
export async function findAndEnd(
  flags: Flags,
  account: Account,
  { stdin, stdout, stderr, env }: Streams,
  wordsOf: (error: unknown) => string,
): Promise<boolean> {
  const { settings } = account;
  const sources = stateSources(flags, stdin);
  const look = () => survey(account, sources, env);
  const paper = paperOf(stdout, env);
  const say = (text: string) => {
    if (!flags.json) stdout.write(text);
  };

  const found = await look();
  warnOfOtherAccount(found, settings.keySource, stderr);
  say(foundText(found, settings, paper));
  checkNamed(flags, found.orphans);
  const isChosen = isChosenBy(flags);
  let chosen = found.orphans.filter(isChosen);
  const leftOut = flags.only
    ? ""
    : leftOutText(
        found.orphans.filter((orphan) => !isChosen(orphan)),
        paper,
      );

  let endings = new Map<number, Ending>();
  if (!flags.destroy) {
    if (chosen.length > 0) say(paragraph(`--destroy ends ${idsOf(chosen)}.`, paper));
    say(leftOut);
  } else {
    say(leftOut);
    if (chosen.length > 0 && !flags.yes) {
      const question = `End ${idsOf(chosen)}? What is on their disks is lost. Only \`yes\` ends them: `;
      if (!(await isConfirmed(question, stdin, stdout))) {
        say("Nothing was ended.\n");
        return false;
      }
      chosen = await stillTheSame(chosen, look, isChosen, say);
    }
    endings = await endAll(account, chosen, wordsOf, (orphan, ending) => say(endingText(orphan, ending)));
    const saved = chosen.filter(({ row }) => endings.get(row.id)?.is === "ended");
    if (saved.length > 0) say(`Ended ${count(saved.length, "contract")}: ${perHour(dollarsPerHourOf(saved))} saved.\n`);
  }
  if (flags.json) stdout.write(toJson(found, settings, endings));
  return found.orphans.every(({ row }) => endings.get(row.id)?.is === "ended");
}

/** Looks again after a person has answered: while they thought, a `pulumi up` may have taken a contract into its state. */
async function stillTheSame(
  chosen: readonly Orphan[],
  look: () => Promise<Survey>,
  isChosen: (orphan: Orphan) => boolean,
  say: (text: string) => void,
): Promise<Orphan[]> {
  const now = (await look()).orphans.filter(isChosen);
  const isSame = (a: Orphan) => now.some((b) => a.row.id === b.row.id && a.row.label === b.row.label);
  const changed = chosen.filter((orphan) => !isSame(orphan));
  if (changed.length > 0) say(`Left alone: ${idsOf(changed)} changed in the meantime. Run this again to see how.\n`);
  return chosen.filter(isSame);
}

function endingText({ row }: Orphan, ending: Ending): string {
  return ending.is === "ended"
    ? `${row.id} is gone.\n`
    : `${row.id} could not be ended and may still be billed: ${ending.because}\n`;
}

function idsOf(orphans: readonly Orphan[]): string {
  return orphans.map(({ row }) => row.id).join(", ");
}

/** States without a single machine of this account may belong to another: "no orphans" would be a false comfort. */
function warnOfOtherAccount(
  { inStates, isOtherAccount }: Survey,
  keySource: string | undefined,
  stderr: NodeJS.WritableStream,
): void {
  if (!isOtherAccount) return;
  stderr.write(
    `warning: the given states hold ${count(inStates, "instance")}, and the account of the key from ${keySource} has none of them. ` +
      "Is it the account that these stacks use?\n",
  );
}
