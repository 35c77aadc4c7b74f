import type { WireInstance } from "../../../api/instance-row.js";

/** What was seen before, as far as it matters for the next verdict. */
export interface History {
  /** Each status that was seen. */
  readonly statuses: readonly string[];
  /** When the present combination of states and message was first seen, and how often since. */
  readonly unchangedSince: number;
  readonly timesUnchanged: number;
  /** What the host reports changed at least once since the first look, or since the start waited for its GPU. */
  readonly moved: boolean;
  /** When the start was last seen to wait for its GPU. */
  readonly queuedAt: number;
  readonly fingerprint: string;
  /** The part of it that the host reports. */
  readonly report: string;
}

export const NOTHING_SEEN: History = {
  statuses: [],
  unchangedSince: 0,
  timesUnchanged: 0,
  moved: false,
  queuedAt: Number.NEGATIVE_INFINITY,
  fingerprint: "",
  report: "",
};

/** The history after a start was asked for: what the host reported before can show on, and tells nothing of it. */
export function rememberStart(history: History): History {
  return { ...history, moved: false };
}

/** The history after one more look. */
export function remember(history: History, row: WireInstance | undefined, at: number): History {
  const fingerprint = row
    ? JSON.stringify([row.actual_status, row.intended_status, row.cur_state, row.status_msg])
    : "absent";
  const report = row ? JSON.stringify([row.actual_status, row.status_msg]) : "absent";
  const same = fingerprint === history.fingerprint;
  const queued = row?.cur_state === "stopped" && row.intended_status === "running";
  const status = row?.actual_status ?? undefined;
  return {
    statuses:
      status === undefined || history.statuses.includes(status) ? history.statuses : [...history.statuses, status],
    unchangedSince: same ? history.unchangedSince : at,
    timesUnchanged: same ? history.timesUnchanged + 1 : 1,
    // Once the GPU is free, what the host reported of the last run shows again for a while.
    moved: !queued && (history.moved || (report !== history.report && history.report !== NOTHING_SEEN.report)),
    queuedAt: queued ? at : history.queuedAt,
    fingerprint,
    report,
  };
}
