import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { RawAnswer } from "../../provider/api/transport.js";
import type { Recorded } from "../support/recorded.js";

/** The names of all recorded answers. */
export function recordedNames(): string[] {
  return readdirSync(join(__dirname, "../fixtures/recorded"))
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -".json".length));
}

/** The body as its bytes came over the wire. */
export function textOf({ contentType, body }: Pick<Recorded, "contentType" | "body">): string {
  return contentType === "application/json" ? JSON.stringify(body) : String(body);
}

/** An answer as the transport would hand it on. */
export function rawAnswer(answer: Pick<Recorded, "status" | "contentType" | "body">): RawAnswer {
  const { status, contentType } = answer;
  return { status, contentType, retryAfterSeconds: undefined, text: textOf(answer) };
}
