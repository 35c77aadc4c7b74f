import { fingerprintOf, parsePublicKey } from "../../../provider/public-key.js";
import type { NounRules, Thing } from "./noun.js";

interface KeyInside extends Thing {
  readonly contractId: number;
  readonly keyId: number;
}

/** A key inside an instance opens it. Vast puts those of the account there by itself: they are strangers of a scene. */
export const instanceSshKeyRules: NounRules<KeyInside> = {
  things: ({ world }) =>
    world
      .billedContracts()
      .flatMap(({ id: contractId, sshKeyIds }) =>
        sshKeyIds.map((keyId) => ({ id: `${contractId}/${keyId}`, like: String(keyId), contractId, keyId })),
      ),

  // An attachment that was cut off has the key's fingerprint in its id.
  idOf: ({ id, outputs }) => (outputs.sshKeyId === undefined ? id : `${outputs.instanceId}/${outputs.sshKeyId}`),

  isFoundBy: ({ instanceId, sshKeyId }, { contractId, keyId }) =>
    contractId === instanceId && (sshKeyId === undefined || sshKeyId === keyId),

  isAsWanted: ({ instanceId, sshKeyId, publicKey }, { contractId, keyId }, { outputs }) =>
    contractId === instanceId &&
    keyId === outputs.sshKeyId &&
    (sshKeyId === undefined ? outputs.fingerprint === fingerprint(String(publicKey)) : keyId === sshKeyId),
};

function fingerprint(publicKey: string): string | undefined {
  const key = parsePublicKey(publicKey);
  return "problem" in key ? undefined : fingerprintOf(key);
}
