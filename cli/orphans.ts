// `pulumi-vastai orphans`: contracts that carry this provider's mark and that no Pulumi state looks after.
import { Command } from "commander";
import { resolveSettings, type Settings } from "../provider/account/settings.js";
import { ApiError, AuthError, messageOf } from "../provider/errors.js";
import { findAndEnd } from "./orphans/find-and-end.js";
import { checkFlags, type Flags } from "./orphans/flags.js";
import { collect, missingKey, type Surroundings, thisProcess, withoutKey } from "./surroundings.js";

const HELP = `
Orphans carry the mark of this provider in their label (pulumi:<token>), a
volume in its name (_<token>), and stand in no state that was given. Vast bills
them, and no \`pulumi destroy\` ends them. Give every stack that uses the
account: the machines of one that is not given look like orphans. Listing
changes nothing, and needs a key with no more than the permission instance_read.
Volumes without the mark (named by the program, or clones) are not found, save
one that an orphan has mounted and was rented with.

--destroy ends only orphans whose resource is known from a given state, and none
that a running \`pulumi up\` may be making or taking up. One of the others ends
when --only names it, and --all ends every orphan listed. Volumes hold data: none
is ended without --volumes, and none that an instance has mounted which stays.

The key is taken from VAST_API_KEY, else from the key files of Vast's own
client; the address from VAST_URL. A key in the stack configuration is encrypted
and not read, but can be handed over:
  VAST_API_KEY="$(pulumi config get vastai:apiKey)" pulumi-vastai orphans

Exit codes:
  0  no orphans, or all of them were ended
  1  orphans are left
  2  wrong usage or settings, or a state or the account could not be read`;

/** The command `pulumi-vastai orphans`. */
export function orphansCommand(surroundings: Surroundings = thisProcess): Command {
  return new Command("orphans")
    .description("List, and end, contracts and volumes of this provider that no Pulumi state looks after.")
    .option(
      "--stack <name>",
      "stack whose state is asked, by `pulumi stack export`; may be repeated (default: the current one)",
      collect,
    )
    .option("--state <file>", "file with an export of a stack, - for standard input; may be repeated", collect)
    .option("--destroy", "end them, after showing them and asking")
    .option("--volumes", "with --destroy: volumes too, with all that is in them")
    .option("--only <id>", "with --destroy: exactly this one, whatever speaks against it; may be repeated", collect)
    .option("--all", "with --destroy: also those that another stack may own or a running `pulumi up` may need")
    .option("--yes", "with --destroy: do not ask")
    .option("--json", "write what was found as JSON")
    .addHelpText("after", HELP)
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
    .action(async (flags: Flags) => surroundings.exit(await run(flags, surroundings)));
}

async function run(flags: Flags, surroundings: Surroundings): Promise<0 | 1 | 2> {
  const { env, stderr } = surroundings;
  let settings: Settings | undefined;
  const wordsOf = (error: unknown) =>
    withoutKey(error instanceof ApiError ? refused(error, settings) : messageOf(error), settings);
  try {
    checkFlags(flags, surroundings);
    settings = resolveSettings(() => undefined, env);
    if (settings.apiKey === undefined) throw missingKey("orphans");
    const isClean = await findAndEnd(flags, surroundings.accountOf(settings), surroundings, wordsOf);
    return isClean ? 0 : 1;
  } catch (error) {
    stderr.write(`error: ${wordsOf(error)}\n`);
    return 2;
  }
}

function refused(error: ApiError, settings: Settings | undefined): string {
  if (!(error instanceof AuthError)) return `${error.message}. This call changed nothing. Run this again.`;
  const { route, said, status } = error.refusal;
  return (
    `${route} was refused: "${said}" (HTTP ${status}). The API key from ${settings?.keySource ?? "nowhere"} is wrong, revoked, ` +
    "or lacks the permission for this call (listing needs instance_read, --destroy instance_write), which changed nothing. " +
    "Set a valid one in VAST_API_KEY."
  );
}
