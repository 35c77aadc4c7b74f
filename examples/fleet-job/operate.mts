import { setTimeout as pause } from "node:timers/promises";
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { isMachine, nameOf } from "./content.mts";

export type OnEvent = (event: EngineEvent) => void;

/** What each operation of the Automation API is given. */
interface OperationOptions {
  readonly signal: AbortSignal;
  readonly onEvent: OnEvent;
  readonly onOutput: (text: string) => void;
}

/** How soon the CLI has said that it heard an interrupt. */
const HEARD_WITHIN_MS = 500;

/**
 * Runs an operation of Pulumi. When it fails, says what was wrong with which machine instead of all that the CLI wrote.
 *
 * An interrupt is passed on to the CLI only when it has not heard it: Ctrl-C in a terminal goes to every process there, and the CLI takes a
 * second one for the wish to stop at once, without waiting for what is being rented.
 */
export async function operate<T>(
  interrupt: AbortSignal,
  onEvent: OnEvent,
  operation: (options: OperationOptions) => Promise<T>,
): Promise<T> {
  interrupt.throwIfAborted();
  const errors = new Set<string>();
  const passedOn = new AbortController();
  let hasHeard = false;
  const passOn = async () => {
    await pause(HEARD_WITHIN_MS);
    if (!hasHeard) passedOn.abort();
  };
  interrupt.addEventListener("abort", passOn, { once: true });
  try {
    return await operation({
      signal: passedOn.signal,
      onOutput: (text) => {
        hasHeard ||= text.includes("^C received");
      },
      onEvent: (event) => {
        const said = event.diagnosticEvent;
        if (said?.severity === "error" && said.urn && isMachine(said.urn)) {
          errors.add(`${nameOf(said.urn)}: ${plainText(said.message)}`);
        }
        onEvent(event);
      },
    });
  } catch (error) {
    throw errors.size === 0 ? error : new Error([...errors].join("\n"));
  } finally {
    interrupt.removeEventListener("abort", passOn);
  }
}

/** A text of the engine without its marks for colours, and an error without the heading of a list of one. */
export function plainText(text: string): string {
  const plain = text.replace(/<\{%[^%]*%\}>/g, "").trim();
  return plain.replace(/^1 error occurred:\s+\* /, "");
}
