import { z } from "zod";

/**
 * Everything that can be said about a key inside an instance. One text for the check at run time, the types of the arguments and the help
 * in the editor. What a change of each input does stands in changes.ts.
 */
export const InstanceSshKeyInputs = z.strictObject({
  /** Id of the instance, e.g. `trainer.instanceId`. Changing it takes the key out there and puts it in here. */
  instanceId: z.int("an instance id is a whole number").positive("an instance id is a whole number above 0"),
  /**
   * A key of the account by its id, e.g. `laptop.keyId`. Exactly one of `sshKeyId` and `publicKey` is needed. Changing it to another id
   * replaces the attachment. When another key is put under the same id, the instance keeps the one it has: give `publicKey:
   * laptop.publicKey` to have it follow.
   */
  sshKeyId: z.int("a key id is a whole number").positive("a key id is a whole number above 0").optional(),
  /**
   * Any public key as one line, in the account or not: `ssh-ed25519 AAAA… me@laptop`. Never a private key. Changing it to another key
   * replaces the attachment; another comment is no change.
   */
  publicKey: z.string().optional(),
  /** Set by the resource class, like for every resource; an attachment has no place for it on Vast. */
  ownerToken: z.string().optional(),
});

/** Inputs as the program gives them. */
export type InstanceSshKeyArguments = Omit<z.input<typeof InstanceSshKeyInputs>, "ownerToken">;

/** Checked inputs, as they are stored. */
export type InstanceSshKeyInputs = z.output<typeof InstanceSshKeyInputs>;
