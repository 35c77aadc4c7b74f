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
