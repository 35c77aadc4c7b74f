// `pulumi-vastai cost`: what a preview does to the bill.
import { writeFile } from "node:fs/promises";
import { Command, Option } from "commander";
import { resolveSettings, type Settings } from "../provider/account/settings.js";
import { codeOf } from "../provider/engine/pulumi-cli.js";
import { messageOf, SettingsError } from "../provider/errors.js";
import { chart } from "./cost/chart.js";
import { jsonReport } from "./cost/json-report.js";
import { readLimit } from "./cost/limit.js";
import { markdownReport } from "./cost/markdown.js";
import { type Report, reportOf } from "./cost/report.js";
import { costRows } from "./cost/rows.js";
import { findPreview } from "./cost/source.js";
import { textReport } from "./cost/text-report.js";
import { type Surroundings, thisProcess, withoutKey } from "./surroundings.js";
import { paperOf } from "./table.js";
import { count } from "./text.js";

interface Flags {
  readonly format: "text" | "markdown" | "json";
  readonly chart?: string;
  readonly failOver?: string;
  readonly stack?: string;
  readonly offline?: boolean;
}

const HELP = `
Give a file that \`pulumi preview --json --show-sames\` has written, - or a pipe for
standard input, or nothing: then \`pulumi preview\` is run here. Without
--show-sames a preview leaves out what does not change, and so do the totals.

What exists has the price that stands in the state; \`pulumi refresh\`, or --refresh
at the preview, brings it up to date. What is to be rented has the price of the
best offer of this moment ("from 0.312"), found by the same search as when
renting, one for all that ask for the same. It needs no key; that for volumes
needs one, in VAST_API_KEY or in the key files of Vast's own client. Where there
is no price, the program's cap stands in its place ("≤ 0.500"), and where there
is no cap, "unknown": totals say what they leave out. Traffic is in no price, a
month has 730 hours, and only what Vast bills is counted.

--fail-over takes $ an hour, or 50/day, or 500/month. Caps count in full; what is
unknown cannot count, and is named. A preview that leaves out resources is refused.

--format json is {version, project, stack, resources: [{urn, kind, name, change,
what, before, after}], totals: {before, after, changeDollarsPerHour,
changeDollarsPerMonth}, limit, notes}; a price is {is: "billed" | "estimate" |
"cap" | "unknown", dollarsPerHour, dollarsPerMonth, because} or null for nothing.

Exit codes:
  0  shown
  1  over the limit of --fail-over
  2  wrong usage, or no preview that could be read`;

/** The command `pulumi-vastai cost`. */
export function costCommand(surroundings: Surroundings = thisProcess): Command {
  return new Command("cost")
    .description("Show what a preview does to the bill: each resource and the totals, before and after.")
    .argument("[file]", "what `pulumi preview --json --show-sames` has written, - for standard input")
    .addOption(
      new Option("--format <form>", "how to show it").choices(["text", "markdown", "json"]).default("text", "text"),
    )
    .option("--chart <file>", "also write a bar chart, as SVG")
    .option("--fail-over <limit>", "exit with 1 when all costs more afterwards, e.g. 3.00/h")
    .option("--stack <name>", "stack to preview (default: the current one)")
    .option("--offline", "do not ask the market: caps and what the state knows must do")
    .addHelpText("after", HELP)
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
    .action(async (file: string | undefined, flags: Flags) => surroundings.exit(await run(file, flags, surroundings)));
}

async function run(file: string | undefined, flags: Flags, surroundings: Surroundings): Promise<0 | 1 | 2> {
  const { stdin, stdout, stderr, env } = surroundings;
  let settings: Settings | undefined;
  try {
    const limit = limitOf(flags);
    if (file !== undefined && flags.stack !== undefined) {
      throw new SettingsError(
        `--stack ${flags.stack} says what to preview, and ${file === "-" ? "standard input" : file} holds a preview already. Leave one of them out.`,
      );
    }
    settings = resolveSettings(() => undefined, env);
    const preview = await findPreview({ file, stack: flags.stack }, stdin, env);
    if (limit !== undefined && preview.leftOut > 0) {
      throw new SettingsError(
        `The preview leaves out ${count(preview.leftOut, "resource")} without a change, so nobody can tell from it whether all costs more than --fail-over ${flags.failOver}. ` +
          "Make it with `pulumi preview --json --show-sames`.",
      );
    }
    const market = flags.offline ? undefined : surroundings.accountOf(settings);
    const report = reportOf(preview, await costRows(preview, market), limit);
    if (flags.chart !== undefined) await writeChart(flags.chart, report);
    stdout.write(
      {
        text: () => textReport(report, paperOf(stdout, env)),
        markdown: () => markdownReport(report),
        json: () => jsonReport(report),
      }[flags.format](),
    );
    if (!report.limit?.isExceeded) return 0;
    stderr.write(`error: ${report.limit.text}\n`);
    return 1;
  } catch (error) {
    stderr.write(`error: ${withoutKey(messageOf(error), settings)}\n`);
    return 2;
  }
}

function limitOf({ failOver }: Flags): number | undefined {
  if (failOver === undefined) return undefined;
  const limit = readLimit(failOver);
  if (limit !== undefined) return limit;
  throw new SettingsError(
    `--fail-over is "${failOver}", which is no price. Write $ an hour such as 3.00/h, or 50/day, or 500/month.`,
  );
}

async function writeChart(path: string, report: Report): Promise<void> {
  try {
    await writeFile(path, chart(report));
  } catch (error) {
    throw new SettingsError(
      `The chart cannot be written to ${path} (${codeOf(error)}); nothing else was shown. Correct --chart.`,
    );
  }
}
