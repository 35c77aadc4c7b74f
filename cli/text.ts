/** Breaks a text between words into lines that are not longer than `columns`. */
export function wrap(text: string, columns: number | undefined, indent = ""): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    const isRoom = last !== undefined && last.length + 1 + word.length <= (columns ?? Number.POSITIVE_INFINITY);
    if (isRoom) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(indent + word);
  }
  return lines;
}

/** Names on Vast are anybody's text: line ends and escape sequences must not reach the terminal. */
export function plain(text: string): string {
  return text.replace(/\p{Cc}+/gu, " ");
}

/** What a JSON text holds; undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    // PowerShell puts a byte order mark before what it writes.
    return JSON.parse(text.replace(/^\uFEFF/, "")) as unknown;
  } catch {
    return undefined;
  }
}

/** "1 contract", "2 contracts". */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** A price in $/h. */
export function perHour(dollars: number): string {
  return `${dollars.toFixed(3)} $/h`;
}
