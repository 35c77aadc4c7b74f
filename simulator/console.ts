import { z } from "zod";
import { destroy, start, stop } from "./contracts/life.js";
import type { State } from "./state.js";

/** What a person does to a contract in the web console. */
export const ConsoleAction = z.discriminatedUnion("do", [
  z.strictObject({ do: z.enum(["destroy", "stop", "start"]) }),
  z.strictObject({ do: z.literal("label"), label: z.string() }),
]);
export type ConsoleAction = z.infer<typeof ConsoleAction>;

/** Does it at the moment `at`; throws for a contract that is gone or never was. */
export function actInConsole(state: State, contractId: number, action: ConsoleAction, at: number): void {
  const contract = state.contracts.get(contractId);
  if (contract === undefined || contract.destroyedAt !== null)
    throw new RangeError(`There is no contract ${contractId}.`);
  switch (action.do) {
    case "destroy":
      destroy(state, contract, at);
      return;
    case "stop":
      stop(state, contract, at);
      return;
    case "start":
      start(state, contract, at);
      return;
    case "label":
      contract.label = action.label || null;
  }
}
