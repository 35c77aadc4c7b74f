import { createHash } from "node:crypto";

/** A public SSH key in its parts, as a line of `authorized_keys` holds them. */
export interface PublicKey {
  /** Algorithm, e.g. `ssh-ed25519`. */
  readonly type: string;
  /** The key itself in base64, without padding that can differ. */
  readonly blob: string;
  /** What follows the key: a name, often `user@host`, and never part of the key. Empty when there is none. */
  readonly comment: string;
}

/** The algorithms that today's OpenSSH servers accept keys of. */
export const KEY_TYPES = [
  "ssh-ed25519",
  "ssh-rsa",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "sk-ssh-ed25519@openssh.com",
  "sk-ecdsa-sha2-nistp256@openssh.com",
] as const;

/** OpenSSH, PEM and PuTTY each say it in their first line. */
const PRIVATE = /PRIVATE KEY|PuTTY-User-Key-File/i;

/**
 * Reads a public key, or says what is wrong with the text. The complaint never repeats the text: it may be a private key, given by
 * mistake.
 */
export function parsePublicKey(text: string): PublicKey | { readonly problem: string } {
  if (PRIVATE.test(text)) {
    return {
      problem:
        "this is a private key. It was neither sent nor stored. Give the public one: the file that ends in .pub, or what `ssh-keygen -y` prints of it.",
    };
  }
  if (/BEGIN (SSH2 )?PUBLIC KEY|BEGIN RSA PUBLIC KEY/.test(text)) {
    return {
      problem: "this is a public key in another format; `ssh-keygen -i` prints it as the one line that is needed.",
    };
  }
  const line = text.trim();
  if (line === "") return { problem: "a public key is not empty; it is one line such as `ssh-ed25519 AAAA… name`." };
  // NUL and the other control characters would be cut out by the service.
  if (/[^\P{Cc}\t]/u.test(line)) {
    return { problem: "a public key is one line; give one resource a key, and join what was wrapped." };
  }
  const [, type = "", given = "", comment = ""] = /^(\S+)(?:\s+(\S+))?(?:\s+(.*))?$/.exec(line) ?? [];
  if (!KEY_TYPES.some((known) => known === type)) {
    return { problem: `a public key begins with its type, one of ${KEY_TYPES.join(", ")}, without options before it.` };
  }
  const bytes = bytesOf(given);
  if (bytes === undefined) return { problem: `what follows ${type} is not a key in base64; copy the whole line.` };
  const inner = innerTypeOf(bytes);
  if (inner !== type)
    return { problem: `the line says ${type} and its key is of another type or cut off; copy the whole line.` };
  return { type, blob: bytes.toString("base64"), comment };
}

/** Whether two texts are the same key: by type and key, whatever their comments (vast-api.md §3). Texts that are no keys never are. */
export function isSamePublicKey(one: string | undefined, other: string | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  const a = parsePublicKey(one);
  const b = parsePublicKey(other);
  return !("problem" in a) && !("problem" in b) && a.type === b.type && a.blob === b.blob;
}

/** The fingerprint that `ssh-keygen -l` and ssh-agents show: `SHA256:` and 43 characters. */
export function fingerprintOf({ blob }: Pick<PublicKey, "blob">): string {
  const digest = createHash("sha256").update(Buffer.from(blob, "base64")).digest("base64");
  return `SHA256:${digest.replace(/=+$/, "")}`;
}

/** What `text` says in full; Node's own reader skips what it does not know. */
function bytesOf(text: string): Buffer | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64").replace(/=+$/, "") === text.replace(/=+$/, "") ? bytes : undefined;
}

/** The type that the key itself begins with, and undefined unless all its fields are there: four bytes of length before each. */
function innerTypeOf(bytes: Buffer): string | undefined {
  let at = 0;
  let first: string | undefined;
  let fields = 0;
  while (at < bytes.length) {
    if (at + 4 > bytes.length) return undefined;
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) return undefined;
    first ??= bytes.toString("latin1", at + 4, end);
    at = end;
    fields += 1;
  }
  return fields > 1 ? first : undefined;
}
