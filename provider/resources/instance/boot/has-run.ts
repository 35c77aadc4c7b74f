import type { WireInstance } from "../../../api/instance-row.js";
import { tellOfSuccess } from "./host-words.js";

/** Before the container starts. `scheduling` is how some answers name a start that waits for its GPU. */
const BEFORE_THE_START: readonly (string | null)[] = [null, "created", "loading", "scheduling"];

/**
 * Whether something may have run in a contract, as one row tells it: false only where that is certain. A container can start and end, and its host
 * fall silent, between two looks; the words of its success stay when it is stopped or started again.
 */
export function mayHaveRun({ actual_status: status, status_msg: message }: WireInstance): boolean {
  return !BEFORE_THE_START.includes(status ?? null) || tellOfSuccess(message ?? "");
}
