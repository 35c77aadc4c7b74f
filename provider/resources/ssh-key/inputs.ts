import { z } from "zod";

/**
 * Everything that can be said about an SSH key of the account. One text for the check at run time, the types of the arguments and the
 * help in the editor. What a change of each input does stands in changes.ts.
 */
export const SshKeyInputs = z.strictObject({
  /**
   * The public key as one line: `ssh-ed25519 AAAA… me@laptop`. Never a private key: that is refused, and neither sent nor stored. Exactly
   * one of `publicKey` and `publicKeyFile` is needed. Changing the key changes it in place, or replaces the resource when the key was in
   * the account before; another comment at its end is no change.
   */
  publicKey: z.string().optional(),
  /**
   * A file to read `publicKey` from, e.g. `~/.ssh/id_ed25519.pub`; relative to the program's folder, `~` is your home. Its text is what is
   * stored and compared, so that another file shows in the preview.
   */
  publicKeyFile: z.string().min(1, "publicKeyFile is the path of a file").optional(),
  /**
   * What to do when the account has this key already. `adopt` uses that one, and leaves it there when this resource is deleted: it says the
   * same, somebody else may need it, and a laptop's key is often there. `refuse` fails instead. A key that an earlier, cut-off run of this
   * program made is its own in both cases. Default `adopt`. Matters only when the resource is created.
   */
  onExisting: z.enum(["adopt", "refuse"]).default("adopt"),
  /** Set by the resource class: marks this resource's key on Vast. */
  ownerToken: z.string().optional(),
});

/** Inputs as the program gives them. */
export type SshKeyArguments = Omit<z.input<typeof SshKeyInputs>, "ownerToken">;

/** Checked and completed inputs, as they are stored. */
export type SshKeyInputs = Omit<z.output<typeof SshKeyInputs>, "publicKey" | "publicKeyFile"> & {
  /** One line, known to be a public key. */
  readonly publicKey: string;
};
