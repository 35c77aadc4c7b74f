import { defaultedFlag } from "./flag-keys.js";
import { atLeast, atMost } from "./number-keys.js";

/** Keys of a query about prices and whether the offer can be had. */
export const marketKeys = {
  /**
   * Price in $/h while running, with the wanted disk; for an interruptible rental the bid (or the least bid) with the disk.
   * Default any.
   */
  dollarsPerHour: atMost({ column: "dph_total" }),
  /** Least bid in $/h for an interruptible rental, for the whole offer, without the disk. Default any. */
  minBidDollarsPerHour: atMost({ column: "min_bid" }),
  /** Price of the disk in $ per GB and month, running or stopped. Default any. */
  storageDollarsPerGbMonth: atMost({ column: "storage_cost" }),
  /** Price of downloads in $/GB. Default any. */
  internetDownDollarsPerGb: atMost({ column: "inet_down_cost" }),
  /** Price of uploads in $/GB. Default any. */
  internetUpDollarsPerGb: atMost({ column: "inet_up_cost" }),
  /** Deep learning benchmark points per $/h. Default any. */
  dlperfPerDollar: atLeast({ column: "dlperf_per_dphtotal" }),
  /** TFLOPS per $/h. Default any. */
  tflopsPerDollar: atLeast({ column: "flops_per_dphtotal" }),
  /** Vast's overall score, by which its console sorts. Default any. */
  score: atLeast({ column: "score" }),
  /** Whether the offer can be rented now; `"any"` takes both. Default true. */
  rentable: defaultedFlag({ column: "rentable" }),
  /** Whether you rent GPUs of this machine already; `"any"` takes both. Default false. */
  rented: defaultedFlag({ column: "rented" }),
  /** Whether the offer comes from another market than Vast's own; `"any"` takes both. Default false. */
  external: defaultedFlag({
    column: "external",
    // Vast's own offers say null here.
    read: ({ external }) => (external === undefined ? undefined : external === true),
  }),
};
