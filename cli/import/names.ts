/** Longest name that is made from what a thing is known by. */
const MOST_CHARACTERS = 60;

/** A resource's name out of what people know the thing by: blanks and signs become hyphens. */
export function resourceName(knownAs: string, word: string, id: string): string {
  const name = trimmed(knownAs.slice(0, MOST_CHARACTERS));
  return name || trimmed(`${word}-${id}`);
}

/** The name of a constant that holds a resource. The kind at its end keeps it from being a word of the language. */
export function identifier(name: string, kind: string): string {
  const camel = camelCase(name);
  return /^\p{ID_Start}/u.test(camel) ? camel + kind : upperFirst(kind, false) + upperFirst(camel);
}

/** The configuration key of a resource's secret. */
export function configKey(name: string, path: readonly string[]): string {
  return camelCase([name, path.at(-1) ?? ""].join("-")).replace(/[^A-Za-z0-9]/g, "") || "secret";
}

/** Gives names that nobody has yet: the second of a name gets `2` behind the separator. */
export function uniqueNames(separator: string): (wanted: string) => string {
  const taken = new Set<string>();
  return (wanted) => {
    let name = wanted;
    for (let number = 2; taken.has(name); number += 1) name = `${wanted}${separator}${number}`;
    taken.add(name);
    return name;
  };
}

function trimmed(text: string): string {
  return text.replace(/[^\p{L}\p{N}_.-]+/gu, "-").replace(/^-+|-+$/g, "");
}

function camelCase(name: string): string {
  const words = name.split(/(?:_|[^\p{ID_Continue}])+/u).filter(Boolean);
  // HF_TOKEN is two words, and gpuBox is one whose capitals mean something.
  const plain = words.map((word) => (word === word.toUpperCase() ? word.toLowerCase() : word));
  return plain.map((word, i) => upperFirst(word, i > 0)).join("");
}

function upperFirst(word: string, upper = true): string {
  const [first = "", ...rest] = word;
  return (upper ? first.toUpperCase() : first.toLowerCase()) + rest.join("");
}
