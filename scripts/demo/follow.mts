// Shows an `up` while it runs: the status that Vast reports, and beside it what the provider says.
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import type { Simulator } from "pulumi-vastai/simulator";
import { duration, perHour, redraws, say, sayPassing } from "./screen.mts";

/** How often the world is asked whether the machine runs, in milliseconds. */
const LOOK_EVERY_MS = 50;
const COLUMN = 10;

export interface Follower {
  /** Takes the engine's events. */
  onEvent(event: EngineEvent): void;
  stop(): void;
}

/** Follows the one instance that is being rented in the world. */
export function followBoot({ world }: Pick<Simulator, "world">): Follower {
  let shown: { status: string; line: string } | undefined;
  let runs = false;

  const lookForRunning = setInterval(() => {
    const contract = world.billedContracts()[0];
    if (runs || contract?.actualStatus !== "running") return;
    runs = true;
    keepShown();
    const elapsed = duration(world.now() - Date.parse(contract.createdAt));
    say(`${"running".padEnd(COLUMN)}${elapsed} · ${perHour(contract.dollarsPerHourNow)}`);
  }, LOOK_EVERY_MS);

  /** On a terminal the last line of each status stays; in a pipe the first one was written at once. */
  function keepShown(): void {
    if (shown && redraws) say(shown.line);
    shown = undefined;
  }

  function show(text: string): void {
    // Only what is said of a contract has a price at its end. Before there is one, each line is news; then there is one line
    // for each status that Vast reports.
    const contract = text.endsWith(" $/h") && text.includes(" · ") ? world.billedContracts()[0] : undefined;
    const status = contract ? String(contract.actualStatus) : text;
    const line = `${(contract ? status : "").padEnd(COLUMN)}${text.replace(`${status}: `, "")}`;
    const isNews = shown?.status !== status;
    if (isNews) keepShown();
    if (redraws) sayPassing(line);
    else if (isNews) say(line);
    shown = { status, line };
  }

  return {
    onEvent: ({ diagnosticEvent: said }) => {
      if (said?.urn && said.ephemeral && !runs) show(said.message.trim());
    },
    stop: () => {
      clearInterval(lookForRunning);
      keepShown();
    },
  };
}
