import type { Settings } from "../../provider/account/settings.js";
import type { OrphanVolume } from "../../provider/orphan-volumes.js";
import type { Orphan } from "../../provider/orphans.js";
import { nameOf, stackOf } from "../state/export.js";
import { isOutdated } from "../state/sources.js";
import type { Found } from "./choice.js";
import type { Ending, Endings } from "./ending.js";
import { countsOf } from "./entries.js";
import { billedOf, dollarsPerHourOf, priceOf } from "./money.js";
import type { Survey } from "./survey.js";
import { volumeAdviceOf } from "./volume-words.js";
import { adviceOf } from "./words.js";

/** What was found and what became of it, for a machine. */
export function toJson(found: Survey, settings: Settings, endings: Endings): string {
  const { states, orphans, volumes, marked } = found;
  const all: readonly Found[] = [...orphans, ...volumes];
  const report = {
    apiUrl: settings.apiUrl,
    keySource: settings.keySource,
    states: states.map((state) => {
      const { instance: instances, volume } = countsOf(state);
      return { name: state.name, instances, volumes: volume, isOutdated: isOutdated(state, states) };
    }),
    markedContracts: marked.instance,
    markedVolumes: marked.volume,
    orphans: orphans.map((orphan) => orphanJson(orphan, endings.get(orphan))),
    orphanVolumes: volumes.map((volume) => volumeJson(volume, endings.get(volume))),
    dollarsPerHour: dollarsPerHourOf(all),
    dollarsPerHourSaved: dollarsPerHourOf(all.filter((orphan) => endings.get(orphan)?.is === "ended")),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function orphanJson(orphan: Orphan, ending: Ending | undefined) {
  const { row, token, kind, owner } = orphan;
  return {
    id: row.id,
    label: row.label ?? "",
    token,
    kind,
    status: row.actual_status ?? null,
    ...moneyJson(orphan),
    resource: owner ? { ...resourceJson(owner.urn), instanceId: owner.id ?? null } : null,
    takenUpByNextUp: orphan.isTakenUp,
    doubt: orphan.doubt ?? null,
    advice: adviceOf(orphan),
    ...outcomeJson(ending),
  };
}

function volumeJson(volume: OrphanVolume, ending: Ending | undefined) {
  const { row, token, owner } = volume;
  return {
    id: row.id,
    name: row.label ?? "",
    token,
    sizeGb: row.disk_space ?? null,
    machineId: row.machine_id ?? null,
    mountedBy: volume.mountedBy,
    ...moneyJson(volume),
    resource: owner ? { ...resourceJson(owner.urn), [`${owner.noun}Id`]: owner.id ?? null } : null,
    takenUpByNextUp: volume.isTakenUp,
    doubt: volume.doubt ?? null,
    advice: volumeAdviceOf(volume),
    ...outcomeJson(ending),
  };
}

function moneyJson(orphan: Found) {
  const { row, ageMs } = orphan;
  return {
    startedAt: typeof row.start_date === "number" ? new Date(row.start_date * 1000).toISOString() : null,
    ageHours: ageMs === undefined ? null : ageMs / 3_600_000,
    dollarsPerHourNow: priceOf(orphan) ?? null,
    dollarsBilledEstimate: billedOf(orphan) ?? null,
  };
}

function resourceJson(urn: string) {
  return { name: nameOf(urn), stack: stackOf(urn) ?? null, urn };
}

function outcomeJson(ending: Ending | undefined) {
  return { outcome: ending?.is ?? "listed", ...(ending?.is === "failed" ? { error: ending.because } : {}) };
}
