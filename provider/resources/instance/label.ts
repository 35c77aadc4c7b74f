import { TOKEN } from "../../account/identity.js";

/** What a contract's label says about who made it. */
export interface LabelReading {
  /** The label without what this provider added. */
  readonly label: string;
  /** `pending`: a create that is under way or was cut off. `finished`: create ended well. `none`: no mark of this token. */
  readonly mark: "pending" | "finished" | "none";
}

/** When an instance ends itself: epoch seconds, or `never` when its watchdog was told to stand down. */
export type Expiry = number | "never";

/** Vast's limit on create (vast-api.md §7: recorded); on later changes it takes 1,024. */
export const LONGEST_LABEL = 256;

/** Any mark of this provider, whoever's token it holds. */
export const ANY_MARK = new RegExp(`(?:^| )pulumi:(${TOKEN})(?::pending|:until:(?:\\d+|never))?$`);

/** The token in a label's mark, whoever's it is. */
export function tokenIn(label: string | null | undefined): string | undefined {
  return ANY_MARK.exec((label ?? "").trim())?.[1];
}

/** All that this provider ever adds to a label, whoever's token it holds; the end of an instance stands alone when the mark is left off. */
const ANY_ADDITION = new RegExp(`(?:^| )pulumi:(?:${TOKEN}(?::pending)?|(?:${TOKEN}:)?until:(\\d+|never))$`);

/** Whether a label ends like what this provider adds, and could not be told from it. */
export function endsLikeOurs(label: string): boolean {
  return ANY_ADDITION.test(label.trim());
}

/** The label while a create is under way: whoever finds it later knows whose machine it is. */
export function pendingLabel(token: string): string {
  return `pulumi:${token}:pending`;
}

/**
 * The label for the rest of the contract's life: the user's, the mark unless it is left off, and the end of an instance with a watchdog, which
 * reads it here: so that can be changed without touching the container.
 */
export function finishedLabel(label: string, token: string, withMark: boolean, expiry?: Expiry): string {
  const parts = [...(withMark ? [token] : []), ...(expiry === undefined ? [] : ["until", expiry])];
  return parts.length === 0 ? label : `${label} ${["pulumi", ...parts].join(":")}`.trim();
}

/** Reads a label on Vast. No label is null there, and the empty text means the same. */
export function readLabel(text: string | null | undefined, token: string): LabelReading {
  const label = (text ?? "").trim();
  if (label === pendingLabel(token)) return { label: "", mark: "pending" };
  const mine = token === "" ? null : new RegExp(`(?:^| )pulumi:${token}(?::until:(?:\\d+|never))?$`).exec(label);
  const added = mine ?? /(?:^| )pulumi:until:(?:\d+|never)$/.exec(label);
  return { label: label.slice(0, added?.index).trim(), mark: mine ? "finished" : "none" };
}

/** When the instance ends itself by what its label says, whoever wrote it. */
export function endInLabel(text: string | null | undefined): Expiry | undefined {
  const end = ANY_ADDITION.exec((text ?? "").trim())?.[1];
  return end === undefined || end === "never" ? end : Number(end);
}
