import type { WireSshKey } from "../../api/ssh-keys.js";
import { fingerprintOf, parsePublicKey } from "../../public-key.js";
import { withoutMark } from "./mark.js";

/** What an SSH key tells about itself besides its inputs. A value that Vast does not give is left out. */
export interface SshKeyFacts {
  /** Id of the key on Vast; the same as the resource's id, as a number. */
  readonly keyId: number;
  /** As `ssh-keygen -l` shows it: `SHA256:` and 43 characters. */
  readonly fingerprint: string;
  /** Algorithm, e.g. `ssh-ed25519`. */
  readonly keyType: string;
  /** The text after the key, without this provider's mark; empty when there is none. */
  readonly comment: string;
  /** When it came into the account, ISO 8601 in UTC. */
  readonly createdAt?: string;
}

/** The names of all facts, and of what create says besides. */
export const sshKeyOutputNames = ["keyId", "fingerprint", "keyType", "comment", "createdAt", "adopted"] as const;

/** The facts of a row. One whose text is no public key tells its id only. */
export function sshKeyFacts({
  id,
  publicKey,
  createdAt,
}: Omit<WireSshKey, "isDeleted">): Partial<SshKeyFacts> & { keyId: number } {
  const key = parsePublicKey(publicKey);
  const known =
    "problem" in key ? {} : { fingerprint: fingerprintOf(key), keyType: key.type, comment: withoutMark(key.comment) };
  return { keyId: id, ...known, ...(createdAt === undefined ? {} : { createdAt }) };
}
