import type { AskFacts } from "../market/ask.js";
import type { Mount } from "./volume.js";

/** The part of a contract that Vast shows as its state, and whether the GPU is billed in it. */
export interface Condition {
  /** What the container does, as the host last reported it; null before its first report. */
  actual: string | null;
  /** What the renter asked for. */
  intended: "running" | "stopped";
  /** What the contract is. */
  current: "running" | "stopped" | "unloaded";
  /** What the contract is about to be. */
  next: "running" | "stopped";
  /** The host's last words; they stay when the state moves on. */
  message: string | null;
  /** Loading is free; running is paid. */
  gpuBilled: boolean;
}

/** One change that is going to happen to a contract by itself. */
export interface Step {
  /** Milliseconds on the world's clock. */
  readonly at: number;
  /** `boot` steps are dropped by the next start or stop; `fate` steps come whatever the renter does. */
  readonly kind: "boot" | "fate";
  readonly change: Partial<Condition> | ((at: number) => void);
}

/** What the container is made from; an update in place replaces it. */
export interface Recipe {
  image: string;
  args: string[] | null;
  /** Variables and docker flags, in Vast's pairs. */
  env: (readonly [name: string, value: string])[];
  onstart: string | null;
  /** The template that it came from, by the hash of then. */
  template: { readonly id: number; readonly hashId: string; readonly name: string | null } | null;
}

/** Money spent up to a moment, in dollars. */
export interface Meter {
  dollars: number;
  /** Milliseconds on the world's clock. */
  readAt: number;
}

/** A higher price that a host proposes for the time after the term. */
export interface PriceIncrease {
  readonly id: number;
  readonly gpuDollarsPerHour: number;
  readonly proposedAt: number;
  /** The end of the term that follows when the renter agrees. */
  readonly nextEndsAt: number;
}

/** One rented slice, kept after its end so that a test can look back. Prices in $/h, times in milliseconds. */
export interface Contract {
  readonly id: number;
  readonly account: number;
  /** The offer that it came from. */
  readonly offerId: number;
  readonly facts: AskFacts;
  readonly createdAt: number;
  /** When its term ends. */
  endsAt: number;
  /** What the host asks for from the end of the term on; null when it asks for nothing. */
  priceIncrease: PriceIncrease | null;
  readonly diskGb: number;
  readonly runtype: string;
  readonly jupyterToken: string;
  /** Digest of the key that the container got. */
  readonly keyDigest: string;
  readonly isBid: boolean;
  /** What the GPUs cost now: the bid, or the host's price. */
  gpuDollarsPerHour: number;
  recipe: Recipe;
  label: string | null;
  condition: Condition;
  steps: Step[];
  /** The host made the container already, so that a start needs no pull. */
  hasContainer: boolean;
  /** The GPUs are ours: nobody of the same or a lower rank can have them. */
  holdsGpus: boolean;
  /** Since when a start waits for the GPUs; null when none does. */
  queuedAt: number | null;
  /** Since when something listens inside the container that ran last, and with what status its web server answers. */
  listensFrom: number;
  httpStatus: number;
  /** What the container has written so far. */
  log: string;
  /** The addresses of this contract are real ones on loopback. */
  readonly isReachable: boolean;
  /** The machine's port behind which a port of the container answers, by docker's name such as "22/tcp". */
  readonly outsidePort: (inside: string) => number;
  /** SSH keys inside the container; `attachedAt` is missing for those that came with it. */
  readonly sshKeys: { readonly id: number; readonly publicKey: string; readonly attachedAt?: number }[];
  /** Volumes inside the container; fixed when renting. */
  readonly mounts: Mount[];
  readsAsNullLeft: number;
  meter: Meter;
  destroyedAt: number | null;
}
