import { ApiError, AuthError, messageOf, NotReadyError, RateLimitedError, VastError } from "../../errors.js";

const KEPT = "Nothing was changed.";

/** A refusal of a variable in words that name the input and never the value; other errors stay as they are. */
export function inWords(error: unknown, name: string): unknown {
  if (
    !(error instanceof ApiError) ||
    error instanceof AuthError ||
    error instanceof RateLimitedError ||
    error.status >= 500
  )
    return error;
  const { code, said } = error.refusal;
  const refused = (reason: string) => new VastError(code, `Vast refused the variable ${name}: ${reason}`);
  switch (code) {
    case "max_secrets":
      return refused(
        `the account has as many variables as Vast allows ("${said}"). ${KEPT} Delete one that nobody needs.`,
      );
    case "invalid_characters":
    case "input_too_long":
    case "empty_input":
    case "missing_input":
      return refused(
        `"${said}" (${code}). ${KEPT} Correct \`value\`, which is not repeated here, or \`name\`; Vast documents letters, digits, "_", "-" and ".".`,
      );
    default:
      if (error.status === 403)
        return refused(`"${said}" (${code}). ${KEPT} Choose another \`name\`, or ask Vast about the account.`);
      return refused(`"${said}" (${code}). ${KEPT}`);
  }
}

/** The account has a variable of this name, and nobody can say whose it is. */
export function existsAlready(name: string): VastError {
  return new VastError(
    "existing_key",
    `The account has a variable ${name} already, and its value cannot be read. ${KEPT} Choose another \`name\`, delete it in Vast's console, ` +
      'or set `onExisting` to "adopt" to overwrite it: also when an earlier run of this program was killed while it made the variable.',
  );
}

/** Two resources of the program say the same variable, or one is replaced by itself. */
export function twiceInStack(name: string): VastError {
  return new VastError(
    "existing_key",
    `The variable ${name} is in this stack already, and there can be one of a name. ${KEPT} Give each variable one resource; to replace it ` +
      "on purpose, set the option `deleteBeforeReplace`.",
  );
}

/** Nobody can say whether the variable came into the account. */
export function unknownOutcome(error: unknown, name: string): VastError {
  return new VastError(
    "unknown_outcome",
    `${messageOf(error)} The variable ${name} was looked for and did not show, so it is not in the stack; variables cost nothing. ` +
      'Run `pulumi up` again; should it say that the variable exists, set `onExisting` to "adopt".',
  );
}

/** It is there, and nobody can say whether with the value that was asked for. */
export function valueUnsure(error: unknown, name: string): NotReadyError {
  return new NotReadyError(
    "value_unsure",
    `The variable ${name} was made and its value could not be confirmed: ${messageOf(error)} It stays in the stack and costs nothing. ` +
      "Run `pulumi up` to set the value again.",
  );
}
