import { existsSync, readFileSync } from "node:fs";

/** What the engine reported of one run, read from its event log. */
export interface EngineReport {
  /** The steps that change something, in order: `update trainer`, `create-replacement trainer`. Only Vast.ai resources. */
  readonly steps: readonly string[];
  /** What was said, without the engine's own debugging: `trainer: searching: RTX 4090`. */
  readonly lines: readonly string[];
}

interface EngineEvent {
  readonly resourcePreEvent?: { metadata: { op: string; urn: string; type: string } };
  readonly diagnosticEvent?: { severity: string; message: string; urn?: string };
}

/** Steps that leave everything as it is. */
const IDLE = new Set(["same", "refresh", "read"]);

/** Reads an event log; one that was never written is empty. */
export function readEvents(file: string): EngineReport {
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const whole = text.split("\n").slice(0, text.endsWith("\n") ? undefined : -1);
  const events = whole.filter((line) => line !== "").map((line) => JSON.parse(line) as EngineEvent);
  return {
    steps: events.flatMap(({ resourcePreEvent: step }) => {
      if (step === undefined || IDLE.has(step.metadata.op) || !step.metadata.type.includes("/vastai:")) return [];
      return [`${step.metadata.op} ${nameOf(step.metadata.urn)}`];
    }),
    lines: events.flatMap(({ diagnosticEvent: said }) => {
      if (said === undefined || said.severity === "debug") return [];
      return [`${said.urn ? `${nameOf(said.urn)}: ` : ""}${said.message.trim()}`];
    }),
  };
}

function nameOf(urn: string): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}
