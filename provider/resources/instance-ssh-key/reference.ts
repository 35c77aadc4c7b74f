import type { WireInstanceKey } from "../../api/ssh-keys.js";
import { VastError } from "../../errors.js";
import { fingerprintOf, isSamePublicKey, parsePublicKey } from "../../public-key.js";

/** Which key of which instance. */
export interface Attachment {
  readonly instanceId: number;
  /** The key's id in the account, or its fingerprint where Vast has not told an id. */
  readonly key: number | string;
}

/** The resource's id: `50000001/1000`. */
export function attachmentId({ instanceId, key }: Attachment): string {
  return `${instanceId}/${key}`;
}

/** Reads a resource's id. Throws for one that is no such id, as an import may give. */
export function attachmentOf(id: string): Attachment {
  const [, instanceId, key] = /^(\d+)\/(\d+|SHA256:.+)$/.exec(id) ?? [];
  if (instanceId !== undefined && key !== undefined) {
    return { instanceId: Number(instanceId), key: /^\d+$/.test(key) ? Number(key) : key };
  }
  throw new VastError(
    "invalid_args",
    `"${id}" names no key of an instance. Nothing was changed. Give the two ids with a slash between them, e.g. "50000001/1000".`,
  );
}

/** The key among those of an instance: by its text where it is known, since ids are Vast's to give, else by id or fingerprint. */
export function findKey(
  rows: readonly WireInstanceKey[],
  { key }: Pick<Attachment, "key">,
  publicKey?: string,
): WireInstanceKey | undefined {
  return rows.find((row) => {
    if (publicKey !== undefined && isSamePublicKey(row.publicKey, publicKey)) return true;
    return typeof key === "number" ? row.id === key : fingerprintIn(row.publicKey) === key;
  });
}

/** The fingerprint of a line; undefined when it is no public key. */
export function fingerprintIn(publicKey: string): string | undefined {
  const key = parsePublicKey(publicKey);
  return "problem" in key ? undefined : fingerprintOf(key);
}
