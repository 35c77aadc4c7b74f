/** `backend:` at the margin, and `url:` in it; both names may be quoted. */
const BACKEND = /^(["']?)backend\1[ \t]*:(?=[\s{]|$)[ \t]*(.*)$/;
const URL_KEY = /^(["']?)url\1[ \t]*:(?=\s|$)[ \t]*(.*)$/;
const URL_IN_BRACES = /[{,]\s*(["']?)url\1\s*:\s*("[^"]*"|'[^']*'|[^,}]*)/;

/**
 * The `backend.url` of a Pulumi project file. It reads as much YAML as that needs (blocks, braces, quotes, comments, either
 * line end), so that programs need not load a parser for one line that few projects have.
 */
export function backendUrlIn(projectFile: string): string | undefined {
  const lines = projectFile.split(/\r?\n/).filter((line) => !/^\s*(#|$)/.test(line));
  const start = lines.findIndex((line) => BACKEND.test(line));
  const [, , beside = ""] = BACKEND.exec(lines[start] ?? "") ?? [];
  if (beside.startsWith("{")) return scalar(URL_IN_BRACES.exec(beside)?.[2]);

  const end = lines.findIndex((line, i) => i > start && /^\S/.test(line));
  const block = start < 0 ? [] : lines.slice(start + 1, end < 0 ? undefined : end);
  // What is indented further belongs to another key.
  const indent = /^\s*/.exec(block[0] ?? "")?.[0] ?? "";
  const values = block.flatMap((line) => URL_KEY.exec(line.slice(indent.length))?.[2] ?? []);
  return scalar(values[0]);
}

/** A text without its quotes or the comment behind it; undefined when nothing is left. */
function scalar(text = ""): string | undefined {
  const quoted = /^"([^"]*)"|^'([^']*)'/.exec(text);
  const value = quoted ? (quoted[1] ?? quoted[2]) : text.replace(/(^|\s+)#.*$/, "").trim();
  return value || undefined;
}
