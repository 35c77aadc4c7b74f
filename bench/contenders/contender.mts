import type { Kind } from "../kinds.mts";

/** Where one contender works: its own pretend Vast.ai at a speed, and a folder of its own that is deleted afterwards. */
export interface Ground {
  readonly url: string;
  /** It may change between one thing that is asked of the contender and the next. */
  readonly speed: number;
  readonly folder: string;
  readonly count: number;
  /** Where the process of the provider is to note how much memory it holds; undefined when it is left alone. */
  readonly heapFile?: string;
}

/** Somebody who brings up machines, looks at them again, and gives them back. */
export interface Contender {
  /** The kind of the first request that its creates send. */
  readonly createsBeginWith: Kind;
  /** It looks at the list of all instead of naming ids. */
  readonly looksByWholeList: boolean;
  /** Brings up all machines. Answers the most memory in kilobytes that the process which did it ever had; null when not measured. */
  up(): Promise<number | null>;
  /** Looks what became of them. */
  refresh(): Promise<void>;
  /** Gives them all back. */
  destroy(): Promise<void>;
  /** Only who has a stack of Pulumi: the seconds of the wall that a preview without any change takes. */
  previewSeconds?(): Promise<number>;
  /** Only who has a stack of Pulumi: bytes of JSON in the state for one machine. */
  stateBytes?(): Promise<StateBytes>;
}

export interface StateBytes {
  readonly withOutputs: number;
  readonly besideOutputs: number;
}

export type Name = "ours" | "plain" | "official";
