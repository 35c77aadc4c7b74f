import type { Bag } from "../../provider/engine/values.js";
import type { Stack } from "./engine.js";

/** An output of another resource of the program, e.g. `trainer.instanceId`. */
class Reference {
  readonly name: string;
  readonly output: string;

  constructor(name: string, output: string) {
    this.name = name;
    this.output = output;
  }
}

/** Says in a program: the output of that resource. */
export function outputOf(name: string, output: string): Reference {
  return new Reference(name, output);
}

/** The inputs with every reference's value in its place, as the engine hands them to check. */
export function resolved(inputs: Bag, stack: Stack): Bag {
  const entries = Object.entries(inputs).map(([key, value]) => {
    if (!(value instanceof Reference)) return [key, value];
    return [key, stack.get(value.name)?.current?.outputs[value.output]];
  });
  return Object.fromEntries(entries);
}
