import type { Bag } from "../../provider/engine/values.js";
import { handlerText, type Kind } from "../../provider/kinds.js";
import { HANDLER } from "../support/harness.js";

const NOUNS = ["Template", "Volume", "SshKey", "InstanceSshKey", "EnvVar"] as const satisfies readonly Kind[];
/** The kinds beside instances. */
export type NounKind = (typeof NOUNS)[number];

const kinds = new Map<unknown, Kind>([
  [HANDLER, "Instance"],
  ...NOUNS.map((kind) => [handlerText(kind), kind] as const),
]);

/** Whose lifecycle serves a resource: its handler's text alone says so, as in a real state. */
export function kindOf({ __provider }: Bag): Kind {
  const kind = kinds.get(__provider);
  if (kind === undefined) throw new TypeError(`no kind has the handler ${JSON.stringify(__provider)}`);
  return kind;
}

/** The same for a resource that may be an instance; then there is none. */
export function nounOf(inputs: Bag): NounKind | undefined {
  const kind = kindOf(inputs);
  return kind === "Instance" ? undefined : kind;
}

/** Inputs of a noun as a program gives them. */
export function aNoun(kind: NounKind, inputs: Bag): Bag {
  return { ...inputs, __provider: handlerText(kind) };
}
