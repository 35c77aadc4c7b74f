import type { WireInstance } from "../../api/instance-row.js";
import { CancelledError, NotReadyError } from "../../errors.js";
import { type Silence, wantedText } from "./boot/probe.js";
import type { Ending } from "./boot/wait-ready.js";

/** A price for messages. What is small has digits enough not to look free: a disk costs tenths of a cent. */
export function money(dollarsPerHour: number): string {
  const isSmall = dollarsPerHour > 0 && dollarsPerHour < 0.01;
  const digits = isSmall ? Math.min(9, 1 - Math.floor(Math.log10(dollarsPerHour))) : 3;
  return `${dollarsPerHour.toFixed(digits)} $/h`;
}

/** What an instance costs at the moment, as a sentence. */
export function costSentence(row: WireInstance | undefined): string {
  const running = row?.dph_total;
  const stopped = row?.storage_total_cost;
  if (typeof running !== "number") return "It may be billed.";
  const disk =
    typeof stopped === "number" ? ` (its disk alone ${stopped.toFixed(4)} $/h, which is billed in any state)` : "";
  return `It costs ${running.toFixed(3)} $/h while running${disk}.`;
}

/** Why an instance is not ready, what that means for the money, and how to go on; with the last lines of its log where its boot failed. */
export function notReady(
  id: number,
  ending: Exclude<Ending, { is: "ready" } | { is: "gone" }>,
  limitMinutes: number,
  limitInput: "createMinutes" | "updateMinutes",
  log?: string,
): NotReadyError {
  const inStack = `It stays in the stack. ${costSentence(ending.row)}`;
  const giveUp = "`pulumi destroy` ends it";
  if (ending.is === "calledOff") {
    return new NotReadyError(
      "too_dear",
      `Instance ${id} costs more than \`maxDollarsPerHour\`. ${inStack} Raise the cap, or ${giveUp}.`,
    );
  }
  if (ending.is === "timeout") {
    const { answerMinutes, silent } = ending;
    const [after, input] =
      answerMinutes === undefined
        ? [`after ${limitMinutes} min`, `timeouts.${limitInput}`]
        : [`${answerMinutes} min after it began to run`, "waitFor.timeoutMinutes"];
    if (silent) return silence(id, silent, `${after} (\`${input}\`)`, inStack);
    // What goes on waiting is an update.
    const nextInput = answerMinutes === undefined ? "timeouts.updateMinutes" : input;
    return new NotReadyError(
      "timeout",
      `Instance ${id} is not ready ${after}: ${ending.because || "no answer came"}. ${inStack} ` +
        `Run \`pulumi up\` to go on waiting (\`${nextInput}\` says how long), or ${giveUp}.`,
    );
  }
  return bootFailed(id, ending, log);
}

/** An instance that runs and did not answer in time. */
function silence(id: number, { wanted, at, because }: Silence, limit: string, inStack: string): NotReadyError {
  const where = at === undefined ? "" : ` at ${at}`;
  const remedy =
    at === undefined
      ? "Correct `waitFor`, or run `pulumi up --refresh --replace` with its URN to take another machine"
      : "Run `pulumi up` to go on asking, or correct `waitFor` or what the container runs";
  return new NotReadyError(
    "timeout",
    `Instance ${id} runs, but ${wantedText(wanted)} did not answer as wanted${where} ${limit}: ${because}. ${inStack} ` +
      `${remedy}, or \`pulumi destroy\` ends it.`,
  );
}

/** Why an instance that is kept did not boot, whose fault it is, and how to go on; with the last lines of its log. */
export function bootFailed(
  id: number,
  ending: Extract<Ending, { is: "failed" }>,
  log: string | undefined,
): NotReadyError {
  const remedy = {
    user: "Correct `image`, `onstart`, `args` or `imageLogin` and run `pulumi up`",
    host: "Run `pulumi up --refresh --replace` with its URN to take another machine",
    offer: "Raise `bidDollarsPerHour` and run `pulumi up`",
    unknown: "Look at it in the console; the next `pulumi up` brings it to what the program says",
  }[ending.fault];
  const why = {
    user: "did not boot because of what it was asked to run",
    host: "did not boot because of the machine",
    offer: "did not boot because of the offer",
    unknown: "is not ready",
  }[ending.fault];
  return new NotReadyError(
    "boot_failed",
    `Instance ${id} ${why}: ${ending.because}.${logText(log)} It stays in the stack. ` +
      `${costSentence(ending.row)} ${remedy}, or \`pulumi destroy\` ends it.`,
  );
}

/** The last lines of a log, as a paragraph of a message; nothing when there are none. */
export function logText(log: string | undefined): string {
  return log === undefined ? "" : `\nThe last lines of its log:\n${log.replace(/^/gm, "  | ")}\n`;
}

/** Runs a wait whose cancellation says that the instance exists and how to go on. */
export async function becauseCancelled<T>(id: number, wait: () => Promise<T>): Promise<T> {
  try {
    return await wait();
  } catch (error) {
    if (!(error instanceof CancelledError)) throw error;
    throw new NotReadyError(
      "cancelled",
      `The run was cancelled while instance ${id} was not ready yet. It stays in the stack and is billed. ` +
        "Run `pulumi up` to go on waiting, or `pulumi destroy` to end it.",
    );
  }
}
