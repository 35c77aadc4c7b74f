import { SettingsError } from "../../provider/errors.js";

/** A query as it was written, not checked yet. */
export interface ReadText {
  readonly query: Readonly<Record<string, unknown>>;
  /** Where a part of it stands in the text: `"reliability>97" at position 12`; undefined for what does not. */
  place(path: readonly PropertyKey[]): string | undefined;
}

/** Reads a text from its beginning to its end. */
export class Reading {
  readonly text: string;
  /** Where the next piece begins. */
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** The piece that a sticky pattern finds here, and goes on behind it; undefined when it finds none. */
  take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    this.at += found?.length ?? 0;
    return found;
  }

  /** Ends the reading with what is wrong with the word that begins at a place. */
  fail(message: string, at = this.at): never {
    throw new SettingsError(`${this.quoted(at)} ${message} Nothing was looked for.`);
  }

  /** The words for a piece of the text: `"num_gpu" at position 4`. */
  quoted(from: number, to?: number): string {
    const piece = this.text.slice(from, to);
    const word = to === undefined ? (/^\S[^\s=<>!,:\]}]*/.exec(piece)?.[0] ?? "") : piece.trim();
    return word === "" ? "The end of the query" : `"${word}" at position ${from + 1}`;
  }
}
