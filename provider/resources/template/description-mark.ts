import { TOKEN } from "../../account/identity.js";

/** What a description on Vast says about who made the template. */
export interface DescriptionReading {
  /** The description without our mark. */
  readonly description: string;
  /** The token of the mark; undefined when there is none. */
  readonly token: string | undefined;
}

const MARK = new RegExp(`(?:^|\\s)pulumi:(${TOKEN})$`);

/** The description as Vast gets it: with the mark at its end, unless it is left off. */
export function markedDescription(description: string, token: string, withMark: boolean): string {
  return withMark && token !== "" ? `${description} pulumi:${token}`.trim() : description;
}

/** Reads a description on Vast, whoever's mark it has. */
export function readDescription(text: string | null | undefined): DescriptionReading {
  const trimmed = (text ?? "").trim();
  const mark = MARK.exec(trimmed);
  return mark
    ? { description: trimmed.slice(0, mark.index).trim(), token: mark[1] }
    : { description: trimmed, token: undefined };
}
