import type { Bag } from "../../../provider/engine/values.js";
import { aNoun, type NounKind } from "../kinds.js";
import { type Belonging, strangerName } from "../nouns/audit.js";
import type { Operation } from "../operations.js";
import type { Command, Scene } from "../scene.js";

/** What a program says of one resource. */
export interface Said {
  readonly kind: NounKind;
  readonly name: string;
  readonly inputs: Bag;
}

/** Says in the program what is wanted, on a market with room. */
export function say(scene: Scene, { kind, name, inputs }: Said, changes: Bag = {}): void {
  if (scene.world.offers().length === 0) {
    for (let i = 0; i < 3; i += 1) scene.world.addOffer({ dph_base: 0.3 + i / 100 });
  }
  scene.program.set(name, aNoun(kind, { ...inputs, ...changes }));
}

/** The stack as it is after a run in which nothing goes wrong. */
export async function have(scene: Scene, said: Said, changes: Bag = {}): Promise<void> {
  say(scene, said, changes);
  const { failures } = await scene.run("up");
  if (failures.length > 0) throw new Error(JSON.stringify(failures));
}

/** A run that ends when a request that fits has taken effect. */
export async function cutOff(
  scene: Scene,
  how: "cancel" | "kill",
  route: { readonly method: string; readonly path: string },
): Promise<void> {
  await scene.run("up", {
    onRequest: ({ method, path }, _, process) => method === route.method && path === route.path && process[how](),
  });
}

/** From now on this is somebody else's. */
export function isStrange(scene: Scene, kind: NounKind | "Instance", id: string | number, belonging: Belonging): void {
  scene.strangers.set(strangerName(kind, id), belonging);
}

/** One operation of a noun, which ends with runs until nothing is to be done. */
export function operation(
  name: string,
  routes: readonly string[],
  prepare: Operation["prepare"],
  command: Command = "up",
): Operation {
  return { name, routes, prepare, command, then: command === "destroy" ? "until destroyed" : "until quiet" };
}
