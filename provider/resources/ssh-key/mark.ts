import { TOKEN } from "../../account/identity.js";
import { parsePublicKey } from "../../public-key.js";

/** Any mark of this provider at the end of a comment, whoever's token it holds. */
const ANY_MARK = new RegExp(`(?:^|\\s+)pulumi:(${TOKEN})$`);

/**
 * The line to send: the key, its comment, and `pulumi:<token>` at the end. A comment means nothing to SSH and is the only place for a name
 * that Vast keeps; by the mark a key is found again whose making was cut off.
 */
export function markedLine(publicKey: string, token: string | undefined): string {
  const key = parsePublicKey(publicKey);
  if ("problem" in key) return publicKey;
  return [key.type, key.blob, withoutMark(key.comment), token ? `pulumi:${token}` : ""]
    .filter((part) => part !== "")
    .join(" ");
}

/** A comment as its owner wrote it. */
export function withoutMark(comment: string): string {
  return comment.trim().replace(ANY_MARK, "");
}

/** Whether a row of the account was made by the resource of this token. */
export function carriesMark(publicKey: string, token: string | undefined): boolean {
  return token !== undefined && token !== "" && publicKey.trim().endsWith(` pulumi:${token}`);
}

/** The token in a comment, whoever's it is. */
export function tokenIn(comment: string): string | undefined {
  return ANY_MARK.exec(comment.trim())?.[1];
}
