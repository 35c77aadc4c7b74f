/** Parses a text that may be missing, which counts as `{}`; undefined for a text that is no JSON. */
export function jsonOf(text: string | null): unknown {
  if (text === null || text.trim() === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
