// What the demo shows: titles, lines, and on a terminal one line that is written over while something goes on.
import { styleText } from "node:util";

const INDENT = "   ";
const NARROWEST = 40;
const WIDEST = 80;

const onTerminal = Boolean(process.stdout.isTTY) && process.env.TERM !== "dumb";

/** Whether lines are written over. In a pipe each one stays, so fewer are worth writing. */
export const redraws = onTerminal;

let passing = "";

/** Writes lines that stay. */
export function say(...lines: string[]): void {
  wipe();
  for (const line of lines) console.log(line === "" ? "" : `${INDENT}${line}`);
}

/** Writes a text that others wrote, broken into lines of readable length. */
export function sayText(text: string): void {
  const width = Math.min(WIDEST, process.stdout.columns ?? WIDEST) - INDENT.length;
  for (const paragraph of text.split("\n")) {
    let line = "";
    for (const word of paragraph.trim().split(/\s+/)) {
      if (line !== "" && line.length + 1 + word.length > width) {
        say(line);
        line = "";
      }
      line += line === "" ? word : ` ${word}`;
    }
    say(line);
  }
}

/** Writes the title of a step. */
export function sayTitle(title: string): void {
  wipe();
  console.log(`\n${styleText("bold", title)}`);
}

/** Writes a line that the next one takes the place of. In a pipe nothing is written. */
export function sayPassing(line: string): void {
  if (!onTerminal) return;
  const width = Math.max(NARROWEST, process.stdout.columns ?? WIDEST) - 1;
  const text = `${INDENT}${line}`;
  wipe();
  passing = text.length > width ? `${text.slice(0, width - 1)}…` : text;
  process.stdout.write(passing);
}

function wipe(): void {
  if (passing !== "") process.stdout.write("\r\u001b[K");
  passing = "";
}

/** A price per hour, as the provider writes it. */
export function perHour(dollars: number): string {
  return `${dollars.toFixed(3)} $/h`;
}

/** A sum of money, with cents of cents: demos are cheap. */
export function money(dollars: number): string {
  return `${dollars.toFixed(4)} $`;
}

/** A stretch of time, e.g. `5 min 12 s`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
