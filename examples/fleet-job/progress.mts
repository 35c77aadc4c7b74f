import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { isMachine, nameOf } from "./content.mts";
import { plainText } from "./operate.mts";

/** Shows what goes on with each machine. */
export interface Progress {
  onEvent(event: EngineEvent): void;
  /** Leaves the last words where they stand. */
  close(): void;
}

const DONE: Readonly<Record<string, string>> = { create: "ready", update: "ready", delete: "gone" };

/** On a terminal one line for each machine, written over; elsewhere a line when another thing goes on. */
export function createProgress(title: string): Progress {
  const lines = new Map<string, string>();
  const redraws = process.stdout.isTTY && process.env.TERM !== "dumb";
  let drawn = 0;
  console.log(`\n${title}`);

  function show(urn: string, text: string): void {
    const name = nameOf(urn);
    if (!isMachine(urn) || text === "") return;
    const isNews = kindOf(lines.get(name) ?? "") !== kindOf(text);
    lines.set(name, text);
    if (redraws) draw();
    else if (isNews) console.log(`${name}: ${text}`);
  }

  function draw(): void {
    const width = (process.stdout.columns || 80) - 1;
    const block = [...lines].map(([name, text]) => `\u001b[2K${`${name}: ${text}`.slice(0, width)}\n`).join("");
    process.stdout.write((drawn > 0 ? `\u001b[${drawn}A` : "") + block);
    drawn = lines.size;
  }

  return {
    onEvent: ({ resourcePreEvent, resOutputsEvent, resOpFailedEvent, diagnosticEvent: said }) => {
      if (resourcePreEvent) {
        const { op, urn } = resourcePreEvent.metadata;
        if (op === "create" || op === "delete") show(urn, op === "create" ? "begins" : "is being ended");
      }
      // An error is said as a whole when everything has ended.
      if (said?.urn && said.severity === "info") show(said.urn, plainText(said.message));
      if (resOutputsEvent) show(resOutputsEvent.metadata.urn, DONE[resOutputsEvent.metadata.op] ?? "");
      if (resOpFailedEvent) show(resOpFailedEvent.metadata.urn, "failed");
    },
    close: () => {
      drawn = 0;
    },
  };
}

/** What is said, without the details that change all the time: `loading: f084b47cf037: Download complete · 1 min 2 s` is loading. */
function kindOf(text: string): string {
  return text.split(/[:·]/, 1)[0] ?? "";
}
