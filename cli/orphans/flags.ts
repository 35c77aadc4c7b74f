import { SettingsError } from "../../provider/errors.js";
import type { Orphan } from "../../provider/orphans.js";
import type { Surroundings } from "../surroundings.js";

/** Flags of `pulumi-vastai orphans`. */
export interface Flags {
  readonly stack?: readonly string[];
  readonly state?: readonly string[];
  readonly destroy?: boolean;
  readonly only?: readonly string[];
  readonly all?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Throws SettingsError when flags do not fit together, or nobody could answer what is asked. */
export function checkFlags(
  { destroy, only, all, yes, json, state = [] }: Flags,
  { stdin, stdout }: Pick<Surroundings, "stdin" | "stdout">,
): void {
  const aimless = all ? "--all" : yes ? "--yes" : only ? "--only" : undefined;
  if (!destroy && aimless !== undefined) {
    throw new SettingsError(
      `${aimless} says how to end orphans, and none is ended without --destroy. Nothing was looked at. Add --destroy.`,
    );
  }
  if (only && all) {
    throw new SettingsError(
      "--only ends what it names, and --all everything. Nothing was looked at and nothing was ended. Leave one of them out.",
    );
  }
  // Who cannot see the list cannot answer for it.
  const canAsk = stdin.isTTY && stdout.isTTY && !json && !state.includes("-");
  if (destroy && !yes && !canAsk) {
    throw new SettingsError(
      "--destroy asks before it ends anything, and there is nobody to ask: this is no terminal, or --json or `--state -` uses it. " +
        "Nothing was looked at and nothing was ended. Add --yes to end without being asked.",
    );
  }
}

/** Whether an orphan is to be ended: one that is named, else any without a doubt, or with `--all` any. */
export function isChosenBy({ only, all, yes }: Flags): (orphan: Orphan) => boolean {
  if (only) return ({ row }) => only.includes(String(row.id));
  // In a wrong account every contract is somebody else's: there nobody but a person who has read the warning can mean all.
  return ({ doubt }) => doubt === undefined || (all === true && !(yes && doubt === "other account"));
}

/** Throws SettingsError when `--only` names something that is no orphan. */
export function checkNamed({ only = [] }: Flags, found: readonly { readonly row: { readonly id: number } }[]): void {
  const strange = only.filter((id) => !found.some(({ row }) => String(row.id) === id));
  if (strange.length === 0) return;
  throw new SettingsError(
    `--only names ${strange.join(", ")}, which is none of the orphans found: it stands in a given state, has no mark, or is gone already. ` +
      "Nothing was ended. Name ids of the list.",
  );
}
