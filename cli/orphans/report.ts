import type { Settings } from "../../provider/account/settings.js";
import { dollarsBilledAbout, dollarsPerHourNow, type Orphan } from "../../provider/orphans.js";
import { nameOf, stackOf } from "../state/export.js";
import { isOutdated } from "../state/sources.js";
import { type Paper, paragraph } from "../table.js";
import { count, perHour } from "../text.js";
import type { Ending } from "./ending.js";
import { instancesIn } from "./instances.js";
import { dollarsPerHourOf, type Survey } from "./survey.js";
import { orphanTable } from "./table.js";
import { adviceOf, doubtText } from "./words.js";

/** What was found, for a person. */
export function foundText({ orphans, states, marked }: Survey, settings: Settings, paper: Paper): string {
  const given = states.map((state) => (isOutdated(state, states) ? `${state.name} (older)` : state.name)).join(", ");
  const where = `the account of the key from ${settings.keySource}`;
  if (orphans.length === 0) {
    const all =
      marked === 0
        ? `No orphans: no contract in ${where} carries the mark of this provider.`
        : `No orphans: ${count(marked, "marked contract")} in ${where}, and each stands in ${given}.`;
    return paragraph(all, paper);
  }
  const head = `${count(orphans.length, "orphan")} in ${where}: marked by this provider, and in no state that was given (${given}).`;
  const foot =
    `Together ${perHour(dollarsPerHourOf(orphans))} now. BILLED~ is an estimate in $, age x price now: Vast gives no bill for one ` +
    "contract, and a time spent in another state cost more or less.";
  return `${paragraph(head, paper)}\n${orphanTable(orphans, paper)}\n\n${paragraph(foot, paper)}`;
}

/** Which orphans `--destroy` leaves alone, and why; empty when there are none. */
export function leftOutText(leftOut: readonly Orphan[], paper: Paper): string {
  const doubts = [...new Set(leftOut.flatMap(({ doubt }) => doubt ?? []))];
  const lines = doubts.map((doubt) => {
    const ids = leftOut.filter((orphan) => orphan.doubt === doubt).map(({ row }) => row.id);
    return paragraph(`Left out: ${ids.join(", ")}: ${doubtText(doubt)}.`, paper);
  });
  const asking = doubts.includes("other account") ? ", without --yes," : "";
  const remedy = `When you are sure: --destroy --only ID ends one of them, --destroy --all${asking} all of them.`;
  return lines.length === 0 ? "" : `${lines.join("")}${paragraph(remedy, paper)}`;
}

/** What was found and what became of it, for a machine. */
export function toJson(found: Survey, settings: Settings, endings: ReadonlyMap<number, Ending>): string {
  const { states, orphans, marked } = found;
  const report = {
    apiUrl: settings.apiUrl,
    keySource: settings.keySource,
    states: states.map((state) => ({
      name: state.name,
      instances: instancesIn(state).length,
      isOutdated: isOutdated(state, states),
    })),
    markedContracts: marked,
    orphans: orphans.map((orphan) => orphanJson(orphan, endings.get(orphan.row.id))),
    dollarsPerHour: dollarsPerHourOf(orphans),
    dollarsPerHourSaved: dollarsPerHourOf(orphans.filter(({ row }) => endings.get(row.id)?.is === "ended")),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function orphanJson(orphan: Orphan, ending: Ending | undefined) {
  const { row, token, kind, ageMs, owner, doubt } = orphan;
  return {
    id: row.id,
    label: row.label ?? "",
    token,
    kind,
    status: row.actual_status ?? null,
    startedAt: typeof row.start_date === "number" ? new Date(row.start_date * 1000).toISOString() : null,
    ageHours: ageMs === undefined ? null : ageMs / 3_600_000,
    dollarsPerHourNow: dollarsPerHourNow(row) ?? null,
    dollarsBilledEstimate: dollarsBilledAbout(orphan) ?? null,
    resource: owner
      ? {
          name: nameOf(owner.urn),
          stack: stackOf(owner.urn) ?? null,
          urn: owner.urn,
          instanceId: owner.contractId ?? null,
        }
      : null,
    takenUpByNextUp: orphan.isTakenUp,
    doubt: doubt ?? null,
    advice: adviceOf(orphan),
    outcome: ending?.is ?? "listed",
    ...(ending?.is === "failed" ? { error: ending.because } : {}),
  };
}
