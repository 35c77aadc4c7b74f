/** Whether the whole text fits a pattern in which `*` stands for `star`, by default any text. */
export function matchesGlob(pattern: string, text: string, star = ".*"): boolean {
  const literals = pattern.split("*").map((literal) => literal.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  return new RegExp(`^${literals.join(star)}$`, "s").test(text);
}
