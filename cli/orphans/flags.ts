import { SettingsError } from "../../provider/errors.js";
import type { Surroundings } from "../surroundings.js";

/** Flags of `pulumi-vastai orphans`. */
export interface Flags {
  readonly stack?: readonly string[];
  readonly state?: readonly string[];
  readonly destroy?: boolean;
  readonly volumes?: boolean;
  readonly only?: readonly string[];
  readonly all?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Throws SettingsError when flags do not fit together, or nobody could answer what is asked. */
export function checkFlags(
  { destroy, volumes, only, all, yes, json, state = [] }: Flags,
  { stdin, stdout }: Pick<Surroundings, "stdin" | "stdout">,
): void {
  const aimless = all ? "--all" : yes ? "--yes" : only ? "--only" : volumes ? "--volumes" : undefined;
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
