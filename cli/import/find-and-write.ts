import { existsSync } from "node:fs";
import type { Account } from "../../provider/account/account.js";
import type { Found } from "../../provider/engine/import-record.js";
import { type ImportWord, importKinds, stateTexts } from "../../provider/import.js";
import { nameOf, stackOf } from "../state/export.js";
import type { GivenState } from "../state/sources.js";
import { importFileText, overwriteProblem, writeImportFile } from "./file.js";
import { planResources } from "./plan.js";
import { programText } from "./program.js";
import { foundTable, nextSteps } from "./report.js";

/** Flags of `pulumi-vastai import`. */
export interface Flags {
  readonly all?: boolean;
  readonly takeOver?: boolean;
  readonly out: string;
  readonly force?: boolean;
  readonly stack?: readonly string[];
  readonly state?: readonly string[];
}

/** What is to be imported: one thing, or all of some kinds. */
export type Wanted =
  | { readonly all: readonly ImportWord[] }
  | { readonly all?: undefined; readonly word: ImportWord; readonly id: string; readonly name: string | undefined };

/** Where the command writes. */
export interface Streams {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
}

/**
 * Looks, writes the file, and prints the program to standard output and the rest to standard error. True when everything that was asked
 * for is in the file. What stands in a given state is left out. Calls nothing but GET.
 */
export async function findAndWrite(
  wanted: Wanted,
  { takeOver = false, out, force = false }: Flags,
  account: Account,
  states: readonly GivenState[],
  { stdout, stderr }: Streams,
  wordsOf: (error: unknown) => string,
): Promise<boolean> {
  if (existsSync(out) && !force) throw overwriteProblem(out);
  const { things, unlisted } = await find(wanted, account, takeOver);
  const found = unlessInState(things, states);
  for (const { word, error } of unlisted) {
    stderr.write(`warning: No ${word} was looked at, and none is in the file: ${wordsOf(error)}\n`);
  }
  const importable = found.flatMap(({ word, found: each }) =>
    each.is === "importable" ? [{ word, record: each.record }] : [],
  );
  const leftOut = found.flatMap(({ word, found: each }) => (each.is === "refused" ? [{ word, ...each }] : []));
  const resources = planResources(importable, wanted.all ? undefined : wanted.name);

  if (found.length > 0) {
    stderr.write(foundTable(resources, leftOut, stderr.isTTY ? (stderr.columns ?? 80) : undefined));
  } else if (wanted.all) {
    stderr.write(`The account of the key from ${account.settings.keySource} holds nothing to import.\n`);
  } else {
    stderr.write(
      `There is no ${wanted.word} ${wanted.id} in the account of the key from ${account.settings.keySource}. Nothing was written. ` +
        `\`pulumi-vastai import ${wanted.word} --all\` shows which there are.\n`,
    );
  }
  if (resources.length > 0) {
    writeImportFile(out, importFileText(resources), { force });
    stdout.write(programText(resources));
    stderr.write(`\nWrote ${out}. Next:\n${nextSteps(resources, out)}`);
  }
  if (wanted.all) return unlisted.length === 0 && leftOut.every(({ why }) => why !== "unfit");
  return resources.length > 0;
}

interface FoundThing {
  readonly word: ImportWord;
  readonly found: Found;
}

/** What a stack has is not offered again: imported twice, it would end for both when one is destroyed. */
function unlessInState(things: readonly FoundThing[], states: readonly GivenState[]): FoundThing[] {
  return things.map(({ word, found }) => {
    const { id, knownAs } = found.is === "importable" ? found.record : found;
    const { type } = stateTexts(importKinds[word].kind);
    const urn = states
      .flatMap(({ resources }) => resources)
      .find((resource) => resource.type === type && resource.id === id && !resource.isExternal)?.urn;
    if (urn === undefined) return { word, found };
    const because = `It stands in stack ${stackOf(urn) ?? "?"} already, as \`${nameOf(urn)}\`.`;
    return { word, found: { is: "refused", id, knownAs, why: "in a stack", because } };
  });
}

/** What could be listed, and why the rest could not. */
interface Finds {
  readonly things: readonly FoundThing[];
  readonly unlisted: readonly { readonly word: ImportWord; readonly error: unknown }[];
}

async function find(wanted: Wanted, account: Account, takeOver: boolean): Promise<Finds> {
  if (!wanted.all) {
    const found = await importKinds[wanted.word].find(account, wanted.id, { takeOver });
    return { things: found === undefined ? [] : [{ word: wanted.word, found }], unlisted: [] };
  }
  const words = wanted.all;
  const lists = await Promise.allSettled(words.map((word) => importKinds[word].all(account, { takeOver })));
  const unlisted = lists.flatMap((list, i) =>
    list.status === "rejected" ? [{ word: words[i] as ImportWord, error: list.reason as unknown }] : [],
  );
  // A key may be allowed to read some kinds only; one that reads none is wrong.
  if (unlisted[0] !== undefined && unlisted.length === words.length) throw unlisted[0].error;
  const things = lists.flatMap((list, i) =>
    list.status === "fulfilled" ? list.value.map((found) => ({ word: words[i] as ImportWord, found })) : [],
  );
  return { things, unlisted };
}
