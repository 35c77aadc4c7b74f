// What a random walk is.
import type { Fault, Story } from "../../../simulator/index.js";
import type { WayOut } from "../quiet.js";
import type { Command } from "../scene.js";

/** An instance of the program. */
export interface Resource {
  readonly interruptible: boolean;
  readonly capped: boolean;
  readonly onBootFailure: "destroy" | "keep";
  /** With the resource option `deleteBeforeReplace`. */
  readonly deletedFirst: boolean;
}

export interface Market {
  readonly offers: number;
  /** For how long lists do not show a new contract, in seconds. */
  readonly listLagSeconds: number;
  readonly nullReadsAfterCreate: number;
  readonly oldListOnly: boolean;
}

export type Edit = "label" | "image" | "env" | "state" | "bid" | "disk" | "generation" | "gpu" | "leave";

/** What the market has beside the cheapest. */
export const OTHER_GPU = "H100 SXM";

/** When and how a run ends before its end. */
export type Ending = { readonly how: "cancel" | "kill" } & (
  | { readonly atRequest: number }
  | { readonly atRent: number }
  | { readonly afterSeconds: number }
);

/** One command with everything that happens during it. */
export interface Run {
  readonly command: Command;
  readonly edits: readonly { readonly resource: number; readonly edit: Edit }[];
  /** The edits are taken back after the run. */
  readonly takenBack: boolean;
  /** Resources that are made anew, as with `--replace`, by an `up`. */
  readonly replaced: readonly number[];
  readonly faults: readonly Fault[];
  readonly ending: Ending | undefined;
  /** At these requests somebody else takes the best offer. */
  readonly takenAt: readonly number[];
  /** At the search the host of the best offer raises its least bid. */
  readonly bidRises: boolean;
}

export type Act =
  | { readonly do: "run"; readonly run: Run }
  | { readonly do: "wait"; readonly minutes: number }
  | { readonly do: "console"; readonly contract: number; readonly action: "destroy" | "stop" | "start" };

/** Everything about a walk. */
export interface Walk {
  readonly seed: number;
  readonly resources: readonly Resource[];
  readonly market: Market;
  /** What becomes of the first contracts, in order. */
  readonly stories: readonly Story[];
  readonly acts: readonly Act[];
  /** The Pulumi CLI answers a provider that asks for the state. */
  readonly stateIsReadable: boolean;
  /** How the stack ends: brought to what the program says, and destroyed then; or destroyed as it is. */
  readonly end: "until quiet" | "destroyed";
  readonly wayOut: WayOut;
}
