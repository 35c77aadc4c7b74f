import type { Account } from "../../provider/account/account.js";
import { isFreeAfter, type OrphanVolume } from "../../provider/orphan-volumes.js";
import { stateSources } from "../state/sources.js";
import { paperOf } from "../table.js";
import { type Choice, checkNamed, choose, type Found, idSet, stillChosen } from "./choice.js";
import { type Ending, type Endings, endContracts, endVolumes, isConfirmed, type Tell } from "./ending.js";
import type { Flags } from "./flags.js";
import { toJson } from "./json.js";
import { leftOutText } from "./left-out.js";
import {
  changedText,
  endedText,
  endingText,
  foundText,
  hintText,
  otherAccountText,
  questionText,
  stayText,
  stillMountedText,
} from "./report.js";
import { survey } from "./survey.js";

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
  const look = (before?: readonly OrphanVolume[]) => survey(account, sources, env, before);
  const paper = paperOf(stdout, env);
  const say = (text: string) => {
    if (!flags.json) stdout.write(text);
  };

  const found = await look();
  const all: readonly Found[] = [...found.orphans, ...found.volumes];
  if (found.isOtherAccount) stderr.write(otherAccountText(found, settings.keySource));
  say(foundText(found, settings, paper));
  checkNamed(flags, found);
  say(hintText(found, flags, paper));
  say(leftOutText(found, flags, paper));

  let endings: Endings = new Map();
  if (flags.destroy) {
    const choice = choose(found, flags);
    const isAny = choice.contracts.length + choice.volumes.length > 0;
    if (isAny && !flags.yes && !(await isConfirmed(questionText(choice), stdin, stdout))) {
      say("Nothing was ended.\n");
      return false;
    }
    endings = await endChoice(isAny && !flags.yes ? await unchanged(choice, new Set()) : choice);
    say(endedText(endings));
    say(stayText(found, flags, endings, paper));
  }
  if (flags.json) stdout.write(toJson(found, settings, endings));
  return all.every((orphan) => endings.get(orphan)?.is === "ended");

  /** The contracts first: Vast deletes no volume that is mounted. */
  async function endChoice(choice: Choice): Promise<Endings> {
    const tell = (orphan: Found, ending: Ending) => say(endingText(orphan, ending));
    const ended = await endContracts(account, choice.contracts, wordsOf, tell);
    const gone = idSet(choice.contracts.filter((orphan) => ended.get(orphan)?.is === "ended"));
    const free = choice.volumes.filter((volume) => isFreeAfter(volume, gone));
    say(stillMountedText(choice.volumes.filter((volume) => !free.includes(volume))));
    return new Map([...ended, ...(await endFree(free, gone, tell))]);
  }

  async function endFree(free: readonly OrphanVolume[], gone: ReadonlySet<number>, tell: Tell): Promise<Endings> {
    if (gone.size === 0 || free.length === 0) return endVolumes(account, free, wordsOf, tell);
    try {
      // Ending contracts takes its time, and data is lost for ever.
      const { volumes } = await unchanged({ contracts: [], volumes: free }, gone);
      return await endVolumes(account, volumes, wordsOf, tell);
    } catch (error) {
      // What has ended is to be told all the same.
      const failed: Ending = { is: "failed", because: wordsOf(error) };
      for (const volume of free) tell(volume, failed);
      return new Map(free.map((volume) => [volume, failed]));
    }
  }

  /** Looks again: while somebody thought, or contracts ended, a `pulumi up` may have taken up what was chosen. */
  async function unchanged(choice: Choice, ended: ReadonlySet<number>): Promise<Choice> {
    const still = stillChosen(choice, await look(found.volumes), flags, ended);
    say(changedText(choice, still));
    return still;
  }
}
