import { readFileSync } from "node:fs";
import { join } from "node:path";
import { WireInstance } from "../../provider/api/instance-row.js";

/** One answer of the service as somebody kept it; `evidence` says how far it can be trusted. */
export interface Recorded {
  readonly evidence: "recorded" | "documented" | "constructed";
  readonly status: number;
  readonly contentType: string;
  readonly body: unknown;
}

/** Reads a recording by its name in test/fixtures/recorded. */
export function recorded(name: string): Recorded {
  return JSON.parse(readFileSync(join(__dirname, "../fixtures/recorded", `${name}.json`), "utf8")) as Recorded;
}

/** The instance of a recorded single read, with some fields of another moment over it. */
export function recordedInstance(name: string, over: Partial<WireInstance> = {}): WireInstance {
  const { instances } = recorded(name).body as { instances: unknown };
  return { ...WireInstance.parse(instances), ...over };
}
