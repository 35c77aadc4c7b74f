import { type ImportRecord, UNTOLD } from "../../provider/engine/import-record.js";
import type { Bag } from "../../provider/engine/values.js";
import { type ImportWord, importKinds } from "../../provider/import.js";
import type { Kind } from "../../provider/kinds.js";
import { configKey, identifier, resourceName, uniqueNames } from "./names.js";

/** A secret of a resource: where it stands, and the configuration key from which the program takes it. */
export interface PlannedSecret {
  readonly path: readonly string[];
  readonly key: string;
  /** Vast does not tell it: the program's differs from what the file says. */
  readonly isUntold: boolean;
}

/** A thing with the names that it is to have in the stack and in the program. */
export interface PlannedResource {
  readonly word: ImportWord;
  readonly kind: Kind;
  readonly name: string;
  readonly identifier: string;
  readonly record: ImportRecord;
  /** Secrets among the arguments. */
  readonly secrets: readonly PlannedSecret[];
}

/** Names things, each differently. `name` is the wish of the person who imports a single one. */
export function planResources(
  things: readonly { readonly word: ImportWord; readonly record: ImportRecord }[],
  wish?: string,
): PlannedResource[] {
  const [nameOnce, identifierOnce, keyOnce] = [uniqueNames("-"), uniqueNames(""), uniqueNames("")];
  return things.map(({ word, record }) => {
    const { kind } = importKinds[word];
    const name = nameOnce(wish || resourceName(record.knownAs, word, record.id));
    const secrets = (record.secrets ?? [])
      .filter(([argument = ""]) => argument in record.args)
      .map((path) => ({ path, key: keyOnce(configKey(name, path)), isUntold: valueAt(record.args, path) === UNTOLD }));
    return { word, kind, name, identifier: identifierOnce(identifier(name, kind)), record, secrets };
  });
}

/** What stands at a path. */
export function valueAt(bag: Bag, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, key) => (at as Bag | undefined)?.[key], bag);
}
