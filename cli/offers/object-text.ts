import { Reading, type ReadText } from "./reading.js";

const BLANKS = /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;
const STRING = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\$]|\\.)*`/y;
const NUMBER = /-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?(?![\w.])/iy;

/**
 * Reads a query as it stands in a program or in JSON: `{ gpuName: "RTX 4090", reliability: { gte: 0.98 } }`, also with `offer:` before it.
 * Nothing is evaluated. Throws SettingsError that names the word and its position.
 */
export function readObjectText(text: string): ReadText {
  const reading = new Reading(text);
  const places = new Map<string, number>();
  reading.take(BLANKS);
  reading.take(/offer\s*:/y);
  const query = readValue(reading, [], places);
  reading.take(BLANKS);
  reading.take(/[,;]/y);
  reading.take(BLANKS);
  if (!reading.isAtEnd) reading.fail("stands behind the end of the object.");
  return {
    query: query as Readonly<Record<string, unknown>>,
    place: (path) => {
      const place = places.get(path.join("."));
      return place === undefined ? undefined : reading.quoted(place);
    },
  };
}

type Places = Map<string, number>;
type Path = readonly PropertyKey[];

function readValue(reading: Reading, path: Path, places: Places): unknown {
  reading.take(BLANKS);
  if (reading.take(/\{/y) !== undefined) return readObject(reading, path, places);
  if (reading.take(/\[/y) !== undefined) return readList(reading, path, places);
  const string = reading.take(STRING);
  if (string !== undefined) return textOf(string);
  const number = reading.take(NUMBER);
  if (number !== undefined) return Number(number);
  const word = reading.take(/(?:true|false)(?!\w)/y);
  return word === undefined
    ? reading.fail("is not a value: a text in quotes, a number, true, false, a list or an object.")
    : word === "true";
}

function readObject(reading: Reading, path: Path, places: Places): Record<string, unknown> {
  const entries = new Map<string, unknown>();
  for (;;) {
    reading.take(BLANKS);
    if (reading.take(/\}/y) !== undefined) return Object.fromEntries(entries);
    const at = reading.at;
    const quoted = reading.take(STRING);
    const key = quoted === undefined ? reading.take(/[A-Za-z_$][\w$]*/y) : textOf(quoted);
    if (key === undefined) return reading.fail("stands where a key or a } should.");
    if (entries.has(key)) reading.fail("stands a second time. Leave one of them out.", at);
    places.set([...path, key].join("."), at);
    reading.take(BLANKS);
    if (reading.take(/:/y) === undefined) reading.fail(`stands where a colon should, behind ${key}.`);
    entries.set(key, readValue(reading, [...path, key], places));
    separate(reading, "}");
  }
}

function readList(reading: Reading, path: Path, places: Places): unknown[] {
  const items: unknown[] = [];
  for (;;) {
    reading.take(BLANKS);
    if (reading.take(/\]/y) !== undefined) return items;
    places.set([...path, items.length].join("."), reading.at);
    items.push(readValue(reading, [...path, items.length], places));
    separate(reading, "]");
  }
}

/** Goes on behind a comma; none is needed before the end. */
function separate(reading: Reading, end: "}" | "]"): void {
  reading.take(BLANKS);
  const isNext = reading.text[reading.at] === end || reading.take(/,/y) !== undefined;
  if (!isNext) reading.fail(`stands where a comma or a ${end} should.`);
}

/** The text inside quotes. JSON knows every escape of double quotes. */
function textOf(quoted: string): string {
  if (quoted.startsWith('"')) {
    try {
      return JSON.parse(quoted) as string;
    } catch {
      // An escape that JSON does not know, such as \x41, is read like those of other quotes.
    }
  }
  return quoted.slice(1, -1).replace(/\\(.)/gs, "$1");
}
