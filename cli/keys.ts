// `pulumi-vastai keys`: API keys that can do no more than a job of a pipeline needs.
import { Command } from "commander";
import { resolveSettings, type Settings } from "../provider/account/settings.js";
import { ApiError, AuthError, ConnectionError, messageOf, SettingsError, WireFormatError } from "../provider/errors.js";
import { type Purpose, planFor } from "./keys/purposes.js";
import { planText } from "./keys/report.js";
import { type Surroundings, thisProcess } from "./surroundings.js";

/** It asks nothing of standard input. */
type Needed = Omit<Surroundings, "stdin">;

interface Flags {
  readonly name?: string;
  readonly instancesOnly?: boolean;
  readonly create?: boolean;
  readonly json?: boolean;
}

const HELP = `
Nothing is sent without --create, and no key is needed until then. With it the
new key stands alone on standard output, once and never again, so that it can go
straight to where it is kept:
  pulumi-vastai keys preview --create | gh secret set VAST_API_KEY --env gpu-preview
  pulumi-vastai keys deploy --create | gh secret set VAST_API_KEY --env gpu-production

A key is never changed afterwards: delete it on https://cloud.vast.ai/manage-keys/
and make another one.`;

const MISSING_KEY =
  "No Vast.ai API key was found, so no other key can be made; nothing was sent. Set the environment variable VAST_API_KEY to one with the " +
  "permission user_write (keys: https://cloud.vast.ai/manage-keys/), or leave --create out to see what would be sent.";

/** The command `pulumi-vastai keys`. */
export function keysCommand(surroundings: Needed = thisProcess): Command {
  return new Command("keys")
    .description("Print, or make, API keys with the least permissions for a job of a pipeline.")
    .addHelpText("after", HELP)
    .addCommand(purposeCommand("preview", "A key for previews with a refresh and for drift checks.", surroundings))
    .addCommand(
      purposeCommand("deploy", "A key for `pulumi up` and `pulumi destroy`.", surroundings).option(
        "--instances-only",
        "for programs without Template, SshKey and EnvVar: a key that cannot make further keys",
      ),
    );
}

function purposeCommand(purpose: Purpose, description: string, surroundings: Needed): Command {
  return new Command(purpose)
    .description(description)
    .option("--name <name>", "name in Vast's list of keys")
    .option("--json", "print the body of the request, and nothing else")
    .option("--create", "make the key and print it")
    .addHelpText("after", HELP)
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
    .action(async (flags: Flags) => surroundings.exit(await run(purpose, flags, surroundings)));
}

async function run(purpose: Purpose, flags: Flags, surroundings: Needed): Promise<0 | 2> {
  const { env, stdout, stderr } = surroundings;
  const plan = planFor(purpose, flags.instancesOnly);
  const request = { name: flags.name ?? plan.name, permissions: plan.permissions };
  let settings: Settings | undefined;
  try {
    if (request.name.length > 255) throw new SettingsError("--name has at most 255 characters. Give a shorter one.");
    settings = resolveSettings(() => undefined, env);
    if (!flags.create) {
      const text = flags.json
        ? `${JSON.stringify(request)}\n`
        : planText(request, plan.about, settings.apiUrl, stdout.columns);
      stdout.write(text);
      return 0;
    }
    if (settings.apiKey === undefined) throw new SettingsError(MISSING_KEY);
    const { id, key } = await surroundings.accountOf(settings).client.apiKeys.create(request);
    stdout.write(`${key}\n`);
    const can = Object.keys(request.permissions.api).join(", ");
    stderr.write(`Made key ${id}, "${request.name}", with ${can}. It is shown only this once.\n`);
    return 0;
  } catch (error) {
    stderr.write(`error: ${wordsOf(error, request.name, settings)}\n`);
    return 2;
  }
}

function wordsOf(error: unknown, name: string, settings: Settings | undefined): string {
  if (error instanceof AuthError) {
    return (
      `${error.refusal.route} was refused: "${error.refusal.said}" (HTTP ${error.status}). The API key from ${settings?.keySource ?? "nowhere"} is ` +
      "wrong, revoked, or lacks user_write; no key was made. Set one in VAST_API_KEY that has it."
    );
  }
  const isUnclear =
    error instanceof ConnectionError ||
    error instanceof WireFormatError ||
    (error instanceof ApiError && error.status >= 500);
  if (!isUnclear)
    return error instanceof ApiError
      ? `${error.message}. No key was made. Correct what it says, and run this again.`
      : messageOf(error);
  return (
    `${messageOf(error).replace(/\.$/, "")}. A key named "${name}" may have been made, and nobody has seen it. ` +
    "Delete it on https://cloud.vast.ai/manage-keys/ if it is there, and run this again."
  );
}
