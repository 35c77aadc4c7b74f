// `pulumi-vastai offers`: what a query finds on the market, at which price, and which filter rules out how much.
import { Command, InvalidArgumentError, Option } from "commander";
import { resolveSettings, type Settings } from "../provider/account/settings.js";
import { ApiError, AuthError, messageOf } from "../provider/errors.js";
import { type Flags, findAndShow } from "./offers/find-and-show.js";
import { type Surroundings, thisProcess, withoutKey } from "./surroundings.js";

/** It asks nothing of standard input. */
type Needed = Omit<Surroundings, "stdin">;

const HELP = `
The query is the \`offer\` of an Instance, as in a program:
  pulumi-vastai offers '{ gpuName: "RTX 4090", reliability: { gte: 0.98 } }'
or in the language of Vast's own client:
  pulumi-vastai offers 'gpu_name=RTX_4090 num_gpus>=2 geolocation in [DE,FR]'
with its names and units: memory in GB, duration in days, compute_cap times 100;
operators = != < <= > >= in notin; underscores or quotes for blanks; \`any\` drops
a default filter. Prices are those that the provider works out: with the disk,
without traffic. The offer to paste into a program is printed beneath. gpu_ram is
the size on the box here; Vast's own client takes what the driver reports, a
little less.

--explain counts how many offers fit with each filter left out, with up to seven
searches, three seconds apart. It happens by itself when nothing fits.

No key is needed. Where VAST_API_KEY or a key file of Vast's own client holds
one, it is sent; the address is that of VAST_URL.

Exit codes:
  0  something fits
  1  nothing fits
  2  wrong usage or settings, or the market could not be searched`;

/** The command `pulumi-vastai offers`. */
export function offersCommand(surroundings: Needed = thisProcess): Command {
  return new Command("offers")
    .description("Search the market for a query of an Instance's `offer`, and tell what rules offers out.")
    .argument("[query...]", "what to look for (default: anything)")
    .addOption(new Option("--storage, --disk <GB>", "disk that must fit and is priced").argParser(number).default(10))
    .option(
      "-o, --order <keys>",
      "best first by these: `dph_total,reliability-` or `reliability:desc` (default: cheapest)",
    )
    .addOption(
      new Option(
        "--type <type>",
        "way of renting; a bid is interruptible (default: on-demand, or bid with --bid)",
      ).choices(["on-demand", "bid", "interruptible", "reserved"]),
    )
    .option("--bid <$/h>", "your bid, without the disk (default: the least of each offer)", number)
    .option("--max <$/h>", "the most to pay while running, as `maxDollarsPerHour`", number)
    .option("--limit <number>", "the most offers to show", number, 20)
    .option("--upload <GB>", "price this traffic out of the instance too", number)
    .option("--download <GB>", "price this traffic into the instance too", number)
    .option("-n, --no-default", "also unverified, rented and foreign offers")
    .option("--explain", "count how many fit with each filter left out")
    .option("--json", "write what was found as JSON")
    .addHelpText("after", HELP)
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
    .action(async (words: string[], flags: Flags) =>
      surroundings.exit(await run(words.join(" "), flags, surroundings)),
    );
}

async function run(query: string, flags: Flags, surroundings: Needed): Promise<0 | 1 | 2> {
  let settings: Settings | undefined;
  try {
    const lookIn = () => {
      settings = resolveSettings(() => undefined, surroundings.env);
      return surroundings.accountOf(settings);
    };
    return (await findAndShow(query, flags, lookIn, surroundings)) ? 0 : 1;
  } catch (error) {
    surroundings.stderr.write(`error: ${withoutKey(wordsOf(error), settings)}\n`);
    return 2;
  }
}

function wordsOf(error: unknown): string {
  if (error instanceof AuthError) return `${error.message} The search needs no key: unset it to go without.`;
  return error instanceof ApiError ? `${error.message}. This call changed nothing. Run this again.` : messageOf(error);
}

function number(text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isFinite(value)) throw new InvalidArgumentError("It must be a number.");
  return value;
}
