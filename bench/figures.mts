import type { Name, StateBytes } from "./contenders/contender.mts";
import type { Effort, Lag, Ticks } from "./measure.mts";

/** What one contender did with one number of machines. Times in seconds of the world. */
export interface Figures {
  readonly contender: Name;
  readonly count: number;
  /** Seconds of the world in one of the wall. */
  readonly speed: number;
  readonly up: Effort;
  /** From the first request of a create to the last answer of the up. */
  readonly makespanSeconds: number | null;
  readonly boundSeconds: number;
  /** Contracts that were rented, which should be as many as machines. */
  readonly rented: number;
  readonly lag: Lag;
  /** The part of the lag that is this machine's: the median time of one look's answer. */
  readonly answerSeconds: number | null;
  /** Null for who never names ids. */
  readonly ticks: Ticks | null;
  readonly refresh: Effort;
  readonly destroy: Effort;
  /** Contracts that were still billed at the end. */
  readonly left: number;
  readonly previewRatio: number | null;
  readonly state: StateBytes | null;
  /** The most resident memory that the process ever had, garbage that was not collected yet included. */
  readonly peakKb: number | null;
  /** The most memory that was held after a full collection, in a run of its own. */
  readonly liveKb: number | null;
  /** Likewise of a dynamic provider whose creates do nothing but wait: what the SDK itself holds. Measured beside this provider only. */
  readonly sdkLiveKb: number | null;
}

/** A contender and a size that were not tried, or failed. */
export interface NotRun {
  readonly contender: Name;
  readonly count: number;
  readonly because: string;
}
