import { existsSync } from "node:fs";
import type { Account } from "../../provider/account/account.js";
import type { Found } from "../../provider/engine/import-record.js";
import { type ImportWord, importKinds } from "../../provider/import.js";
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
 * for is in the file. Calls nothing but GET.
 */
export async function findAndWrite(
  wanted: Wanted,
  { takeOver = false, out, force = false }: Flags,
  account: Account,
  { stdout, stderr }: Streams,
): Promise<boolean> {
  if (existsSync(out) && !force) throw overwriteProblem(out);
  const found = await find(wanted, account, takeOver);
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
  if (wanted.all) return leftOut.every(({ why }) => why === "owned");
  return resources.length > 0;
}

async function find(
  wanted: Wanted,
  account: Account,
  takeOver: boolean,
): Promise<{ readonly word: ImportWord; readonly found: Found }[]> {
  if (!wanted.all) {
    const found = await importKinds[wanted.word].find(account, wanted.id, { takeOver });
    return found === undefined ? [] : [{ word: wanted.word, found }];
  }
  const lists = await Promise.all(
    wanted.all.map(async (word) => {
      const all = await importKinds[word].all(account, { takeOver });
      return all.map((found) => ({ word, found }));
    }),
  );
  return lists.flat();
}
