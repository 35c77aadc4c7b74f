import { z } from "zod";

/**
 * Everything that can be said about an environment variable of the account. One text for the check at run time, the types of the
 * arguments and the help in the editor. What a change of each input does stands in changes.ts.
 */
export const EnvVarInputs = z.strictObject({
  /**
   * Name of the variable, up to 255 letters, digits and `_`. Vast makes it upper-case: `hf_token` is stored, compared and put into instances
   * as `HF_TOKEN`. Changing it replaces the variable; another case is no change.
   */
  name: z
    .string()
    .max(255, "a variable's name has at most 255 characters")
    .regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, "a variable's name is made of letters, digits and _, and begins with no digit")
    .transform((name) => name.toUpperCase()),
  /**
   * The value. Secret: encrypted in the state, never shown, and never readable again from Vast, so a change made elsewhere is not noticed.
   * Vast documents letters, digits, `_`, `-` and `.`; anything else is sent as it is, and Vast's answer decides. Changed in place; instances
   * that run already keep what they were started with.
   */
  value: z.string().min(1, "a value is not empty; leave the resource out to have no such variable"),
  /**
   * What to do when the account has a variable of this name already. `refuse` fails and changes nothing: the value that is there cannot be
   * read and so not be brought back. `adopt` overwrites the value and takes the variable over; it is deleted with this resource. Use `adopt`
   * for one run, too, when a run was killed while it made the variable: values are masked, so nobody can tell whose it is. Default
   * `refuse`. Matters only when the resource is created.
   */
  onExisting: z.enum(["adopt", "refuse"]).default("refuse"),
  /** Set by the resource class, like for every resource; a variable has no place for it on Vast. */
  ownerToken: z.string().optional(),
});

/** Inputs as the program gives them. */
export type EnvVarArguments = Omit<z.input<typeof EnvVarInputs>, "ownerToken">;

/** Checked and completed inputs, as they are stored; the name is upper-case. */
export type EnvVarInputs = z.output<typeof EnvVarInputs>;
