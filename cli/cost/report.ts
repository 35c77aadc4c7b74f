import { stackOf } from "../state/export.js";
import { count } from "../text.js";
import { judge, type LimitOutcome } from "./limit.js";
import type { Preview } from "./preview.js";
import type { CostRow } from "./rows.js";
import { type Totals, totalsOf } from "./totals.js";
import { listed } from "./words.js";

/** Everything that is shown, in whatever form. */
export interface Report {
  readonly project: string | undefined;
  readonly stack: string | undefined;
  readonly rows: readonly CostRow[];
  readonly totals: Totals;
  /** What a reader of the prices should know, a sentence each. */
  readonly notes: readonly string[];
  readonly limit: LimitOutcome | undefined;
}

/** Puts a report together; `limit` is in $/h. */
export function reportOf(preview: Preview, rows: readonly CostRow[], limit: number | undefined): Report {
  const [first] = preview.steps;
  const totals = totalsOf(rows);
  return {
    project: first?.urn.split("::")[1],
    stack: first && stackOf(first.urn),
    rows,
    totals,
    notes: notesOf(rows, preview),
    limit: limit === undefined ? undefined : judge(limit, rows, totals),
  };
}

function notesOf(rows: readonly CostRow[], { leftOut }: Preview): string[] {
  const reasons = new Map<string, string[]>();
  for (const { name, before, after } of rows) {
    for (const because of new Set([before?.because, after?.because])) {
      if (because !== undefined) reasons.set(because, [...(reasons.get(because) ?? []), name]);
    }
  }
  return [
    ...(leftOut > 0
      ? [
          `${count(leftOut, "unchanged resource")} of this stack ${leftOut === 1 ? "is" : "are"} not in this preview, and no total holds what they cost: make it with \`pulumi preview --json --show-sames\`.`,
        ]
      : []),
    ...[...reasons].map(([because, names]) => `${listed(names)}: ${because}.`),
    ...(rows.some(({ overlaps }) => overlaps)
      ? ["A replacement is billed beside what it replaces until that is gone."]
      : []),
    ...(rows.length > 0 ? ["Traffic is in no price. A month has 730 hours."] : []),
  ];
}
