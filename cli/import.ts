// `pulumi-vastai import`: what exists on Vast already becomes resources of a stack, without a change on Vast.
import { Command } from "commander";
import { resolveSettings, type Settings } from "../provider/account/settings.js";
import { ApiError, AuthError, messageOf } from "../provider/errors.js";
import { type Flags, findAndWrite, type Wanted } from "./import/find-and-write.js";
import { wantedOf } from "./import/wanted.js";
import { type GivenState, readState, stateSources } from "./state/sources.js";
import { collect, missingKey, type Surroundings, thisProcess, withoutKey } from "./surroundings.js";

const HELP = `
Kinds and their ids:
  instance   number of the contract
  template   number of the template; only the account's own
  volume     number of the volume
  ssh-key    number of the key in the account
  env-var    name of the variable

Pulumi's own \`import\` cannot read these resources, but takes a file with all
that there is to say. This command writes it, and prints the program to paste;
the table and the next steps go to standard error. It only reads from Vast.
After both steps \`pulumi preview\` shows no change, save for secrets that Vast
does not tell (the value of a variable, the login of a template) and for the
mark of an instance that was another's: the first \`pulumi up\` writes those.

The file holds secrets in the clear and is readable for you alone: delete it
afterwards. Variables whose names sound secret (HF_TOKEN), and values that Vast
does not tell, become \`config.requireSecret\` in the program.

What carries the mark of this provider (pulumi:<token>) belongs to the stack
with that token. It is left out, unless --take-over says that this stack is gone
or its state lost; then it keeps its mark, an instance until the first
\`pulumi up\`, which changes it in place. An instance or template without one is
imported as it is, with \`labelMark: false\` or \`descriptionMark: false\`.
What stands in a given state is left out too. Without --stack and --state that
is the current stack of this folder, where there is one. What another stack has
imported and carries no mark cannot be told from what nobody has: give its state
as well, and import nothing into two stacks.

The key is taken from VAST_API_KEY, else from the key files of Vast's own
client; the address from VAST_URL. A key in the stack configuration is encrypted
and not read, but can be handed over:
  VAST_API_KEY="$(pulumi config get vastai:apiKey)" pulumi-vastai import --all

Exit codes:
  0  all that was asked for is in the file; with --all, what stacks have or own
     is not asked for
  1  something does not exist or could not be imported; the rest is in the file
  2  wrong usage or settings, or nothing of the account could be read; nothing
     was written`;

/** The command `pulumi-vastai import`. */
export function importCommand(surroundings: Surroundings = thisProcess): Command {
  return new Command("import")
    .description("Write what `pulumi import` needs to take over what exists on Vast, and the program for it.")
    .argument("[kind]", "one of those below; needed unless --all")
    .argument("[id]", "its id on Vast")
    .argument("[name]", "name of the resource (default: its label or name on Vast)")
    .option("--all", "everything in the account, or all of the kind")
    .option("--take-over", "also what has the mark of a stack that does not exist any more")
    .option("--stack <name>", "stack whose state is asked, by `pulumi stack export`; may be repeated", collect)
    .option("--state <file>", "file with an export of a stack; may be repeated", collect)
    .option("--out <file>", "the file to write", "import.json")
    .option("--force", "overwrite that file")
    .addHelpText("after", HELP)
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
    .action(async (kind, id, name, flags: Flags) =>
      surroundings.exit(await run({ kind, id, name }, flags, surroundings)),
    );
}

async function run(
  words: Parameters<typeof wantedOf>[0],
  flags: Flags,
  surroundings: Surroundings,
): Promise<0 | 1 | 2> {
  const { env, stderr } = surroundings;
  let settings: Settings | undefined;
  const wordsOf = (error: unknown) =>
    withoutKey(error instanceof ApiError ? refused(error, settings) : messageOf(error), settings);
  try {
    const wanted: Wanted = wantedOf(words, flags);
    settings = resolveSettings(() => undefined, env);
    if (settings.apiKey === undefined) throw missingKey("import …");
    const states = await statesFor(flags, surroundings, wordsOf);
    const account = surroundings.accountOf(settings);
    const isWhole = await findAndWrite(wanted, flags, account, states, surroundings, wordsOf);
    return isWhole ? 0 : 1;
  } catch (error) {
    stderr.write(`error: ${wordsOf(error)}\n`);
    return 2;
  }
}

/** The states that were named, each of which must be had; else the current stack's, if there is one. */
async function statesFor(
  flags: Flags,
  { env, stdin, stderr }: Surroundings,
  wordsOf: (error: unknown) => string,
): Promise<GivenState[]> {
  const isNamed = flags.stack !== undefined || flags.state !== undefined;
  const states: GivenState[] = [];
  for (const source of stateSources(flags, stdin)) {
    try {
      states.push(await readState(source, env));
    } catch (error) {
      if (isNamed) throw error;
      stderr.write(`note: What a stack has already may be offered again: ${wordsOf(error)}\n`);
    }
  }
  return states;
}

function refused(error: ApiError, settings: Settings | undefined): string {
  if (!(error instanceof AuthError)) return `${error.message}. Run this again.`;
  const { route, said, status } = error.refusal;
  return (
    `${route} was refused: "${said}" (HTTP ${status}). The API key from ${settings?.keySource ?? "nowhere"} is wrong, revoked, ` +
    "or lacks the permission for this call (instances and volumes need instance_read, all else user_read). " +
    "Set a valid one in VAST_API_KEY."
  );
}
