import type { Account } from "../../../account/account.js";
import type { WireInstance } from "../../../api/instance-row.js";
import type { InstanceInputs } from "../inputs.js";

/** What tells of secrets: the inputs of a program, the row of its contract, and keys. */
export interface Known {
  readonly inputs?: Partial<InstanceInputs> | undefined;
  readonly row?: WireInstance | undefined;
  /** The API key, the container's own; what is no text is left out. */
  readonly keys?: readonly unknown[] | undefined;
}

/** What a program and its account keep secret from a message about this contract; its row tells more. */
export function knownOf(
  { settings }: Pick<Account, "settings">,
  inputs: Partial<InstanceInputs>,
  instanceApiKey: unknown,
): Known {
  return { inputs, keys: [settings.apiKey, instanceApiKey] };
}

/** Names whose values are secret, however short and plain they look. */
const TELLING = /key|token|secret|pass(?:word|wd)?$|pwd|credential|auth|bearer/i;

/** A shorter value is a number, a switch or a word, and blanking it would make everything unreadable. */
const LEAST_VALUE = 6;
const LEAST_TELLING_VALUE = 3;

/**
 * Every value that a container was given and could repeat, longest first: keys, logins, the environment, and what of arguments and start scripts looks
 * like a secret. Lines of a value that has several count each by itself, for a log can show some of them.
 */
export function secretValues({ inputs = {}, row, keys = [] }: Known): string[] {
  const { imageLogin: login, env, args = [], entrypoint, onstart } = inputs;
  const certain = [...keys, row?.jupyter_token, login?.password, login && basicAuth(login)];
  const inEnv = [...Object.entries(env ?? {}), ...Object.entries(row?.extra_env ?? {})]
    .filter(([name, value]) => value.length >= (TELLING.test(name) ? LEAST_TELLING_VALUE : LEAST_VALUE))
    .map(([, value]) => value);
  const scripts = [entrypoint, onstart, row?.onstart].filter((text) => typeof text === "string");
  const inWords = [args, row?.image_args ?? [], scripts].flatMap(secretWords);
  const whole = [...certain.filter((value) => typeof value === "string"), ...inEnv, ...inWords];
  const long = [login?.username ?? "", ...whole.flatMap((value) => value.split(/[\r\n]+/).map((line) => line.trim()))];
  const values = new Set([...whole, ...long.filter((value) => value.length >= LEAST_VALUE)]);
  values.delete("");
  return [...values].sort((a, b) => b.length - a.length);
}

/** A login as registries' clients write it down. */
function basicAuth({ username, password }: { username: string; password: string }): string {
  return Buffer.from(`${username}:${password}`).toString("base64");
}

/** The secret ones among the words of a command: behind a telling name, or of a kind that nobody would choose for a name. */
function secretWords(words: readonly string[]): string[] {
  return words.flatMap((word, i) => {
    // An argument can be a whole script.
    if (/\s/.test(word)) return secretWords(word.split(/[\s"'`]+/));
    const [, name, value = word] = /^([\w-]+)[=:](.+)$/.exec(word) ?? [];
    const isTold = name === undefined ? isTellingFlag(words[i - 1]) && !word.startsWith("-") : TELLING.test(name);
    if (isTold) return value.length >= LEAST_TELLING_VALUE && !value.startsWith("$") ? [value] : [];
    return value.length >= LEAST_VALUE && !isReadable(value) ? [value] : [];
  });
}

function isTellingFlag(word: string | undefined): boolean {
  return word?.startsWith("-") === true && TELLING.test(word);
}

/**
 * A word, a number, a version, a path, a name of a model: parts of letters alone, of digits alone, or short ones of both. Passwords and keys hold
 * longer mixtures or other signs.
 */
export function isReadable(word: string): boolean {
  return word.split(/[-_./:,@=+~]+/).every((part) => /^(?:[a-z]{0,24}|\d*|[a-z0-9]{0,7})$/i.test(part));
}
