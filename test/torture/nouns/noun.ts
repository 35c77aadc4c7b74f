import type { Bag } from "../../../provider/engine/values.js";
import type { Entry } from "../engine.js";
import type { Scene } from "../scene.js";

/** One thing of the account in the world. */
export interface Thing {
  /** As the state names it. */
  readonly id: string;
  /** What it is like: another text says that it was changed. */
  readonly like: string;
}

/** What the promises mean for one noun. */
export interface NounRules<T extends Thing = Thing> {
  /** Everything of the noun that the account has. */
  things(scene: Scene): readonly T[];
  /** The thing's id, where the state's may be another. Default the same. */
  idOf?(entry: Entry): string;
  /** Whether the next run of a resource with these inputs finds the thing: to take it up, or to refuse and name it. */
  isFoundBy(inputs: Bag, thing: T): boolean;
  /** Whether the thing is as the program wants it. */
  isAsWanted(inputs: Bag, thing: T, entry: Entry): boolean;
  /** Does what an error says besides running again. */
  answer?(scene: Scene, name: string, message: string): Promise<void>;
}

/** Sets inputs of a resource in the program, as its owner would. */
export function edit({ program, story }: Scene, name: string, changes: Bag): void {
  program.set(name, { ...program.get(name), ...changes });
  story.push(`in the program of ${name}: ${JSON.stringify(changes)}`);
}
