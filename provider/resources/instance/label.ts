import { TOKEN } from "../../account/identity.js";

/** What a contract's label says about who made it. */
export interface LabelReading {
  /** The label without our mark. */
  readonly label: string;
  /** `pending`: a create that is under way or was cut off. `finished`: create ended well. `none`: no mark of this token. */
  readonly mark: "pending" | "finished" | "none";
  /** When the instance ends itself, in epoch seconds; `never` tells its watchdog to stand down. */
  readonly until?: number | "never";
}

/** Vast's limit on create (vast-api.md §7: recorded); on later changes it takes 1,024. */
export const LONGEST_LABEL = 256;

/** Any mark of this provider, whoever's token it holds. */
export const ANY_MARK = new RegExp(`(?:^| )pulumi:(${TOKEN})(?::pending|:until:(?:\\d+|never))?$`);

/** The token in a label's mark, whoever's it is. */
export function tokenIn(label: string | null | undefined): string | undefined {
  return ANY_MARK.exec((label ?? "").trim())?.[1];
}

/** The label while a create is under way: whoever finds it later knows whose machine it is. */
export function pendingLabel(token: string): string {
  return `pulumi:${token}:pending`;
}

/**
 * The label for the rest of the contract's life: the user's, and the mark unless it is left off. The mark carries the end of an
 * instance with a time to live, where its watchdog reads it: so that can be changed without touching the container.
 */
export function finishedLabel(label: string, token: string, withMark: boolean, until?: number | "never"): string {
  const end = until === undefined ? "" : `:until:${until}`;
  return withMark ? `${label} pulumi:${token}${end}`.trim() : label;
}

/** Reads a label on Vast. No label is null there, and the empty text means the same. */
export function readLabel(text: string | null | undefined, token: string): LabelReading {
  const label = (text ?? "").trim();
  if (label === pendingLabel(token)) return { label: "", mark: "pending" };
  const mark = new RegExp(`(?:^| )pulumi:${token}(?::until:(\\d+|never))?$`).exec(label);
  if (!mark || token === "") return { label, mark: "none" };
  const end = mark[1];
  const own = label.slice(0, mark.index).trim();
  if (end === undefined) return { label: own, mark: "finished" };
  return { label: own, mark: "finished", until: end === "never" ? "never" : Number(end) };
}
