// Vast takes a template's environment, ports and arguments as one text in docker's words: `-e A=b -p 8000:8000` (vast-api.md §2.9).
// The npm package shell-quote reads such a text as a shell would run it: it expands `$`, and makes objects of `*`, `;` and `#`. Here each of
// them is a letter like any other, so the little that is left stands here.

/** Letters that no shell gives a meaning to. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/**
 * One word so that a shell reads it back letter by letter. Double quotes where they do, as rows of the live service have them
 * (recorded 2026-09-05); else single ones, as the official client's example has them.
 */
function quoteWord(word: string): string {
  if (PLAIN.test(word)) return word;
  if (!/["$`\\!]/.test(word)) return `"${word}"`;
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** `NAME=value` with only the value in quotes, as Vast writes it. */
function quoteAssignment(name: string, value: string): string {
  return `${name}=${value === "" ? "" : quoteWord(value)}`;
}

/** The words of a text as a shell splits them, nothing expanded; undefined when a quote is not closed. */
export function splitWords(text: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text.charAt(at);
    if (/\s/.test(letter)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    word ??= "";
    if (letter === "\\") {
      at += 1;
      word += text.charAt(at);
    } else if (letter === "'" || letter === '"') {
      const end = closingQuote(text, at);
      if (end === undefined) return undefined;
      const inside = text.slice(at + 1, end);
      word += letter === "'" ? inside : inside.replace(/\\(["$`\\])/g, "$1");
      at = end;
    } else {
      word += letter;
    }
  }
  return word === undefined ? words : [...words, word];
}

function closingQuote(text: string, from: number): number | undefined {
  const quote = text.charAt(from);
  for (let at = from + 1; at < text.length; at += 1) {
    if (text.charAt(at) === quote) return at;
    if (quote === '"' && text.charAt(at) === "\\") at += 1;
  }
  return undefined;
}

/** Docker's words, sorted into what Vast knows. */
export interface DockerFlags {
  /** Variables by name; of a repeated one the last counts, as in docker. */
  readonly env: Readonly<Record<string, string>>;
  /** Published ports as they are written, e.g. `8000:8000`, `53:53/udp`. */
  readonly ports: readonly string[];
  /** All other words, in their order. */
  readonly others: readonly string[];
}

/** Reads docker's words; undefined when a quote is not closed. */
export function parseDockerFlags(text: string): DockerFlags | undefined {
  const words = splitWords(text);
  if (words === undefined) return undefined;
  const env: [string, string][] = [];
  const ports: string[] = [];
  const others: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    // Docker takes `-e A=b`, `-eA=b`, `--env A=b` and `--env=A=b`.
    const [, flag, attached] =
      /^-([ep])(.+)?$/s.exec(word) ?? /^--(?=env|publish)([ep])(?:nv|ublish)(?:=(.*))?$/s.exec(word) ?? [];
    if (flag === undefined) {
      others.push(word);
      continue;
    }
    if (attached === undefined) at += 1;
    const value = attached ?? words[at] ?? "";
    if (flag === "p") ports.push(value);
    else env.push([value.split("=", 1)[0] ?? "", value.includes("=") ? value.slice(value.indexOf("=") + 1) : ""]);
  }
  return { env: Object.fromEntries(env), ports, others };
}

/** Writes docker's words; {@link parseDockerFlags} reads back the same, unless a name or a word is one that begins a flag of docker's. */
export function formatDockerFlags({ env, ports, others }: DockerFlags): string {
  return [
    ...others.map(quoteArgument),
    ...Object.entries(env).map(([name, value]) => `-e ${quoteAssignment(name, value)}`),
    ...ports.map((port) => `-p ${quoteWord(port)}`),
  ].join(" ");
}

/** A whole word, the empty one included. */
function quoteArgument(word: string): string {
  return word === "" ? '""' : quoteWord(word);
}

/** A list of words as one text, which {@link splitWords} reads back. */
export function joinWords(words: readonly string[]): string {
  return words.map(quoteArgument).join(" ");
}
