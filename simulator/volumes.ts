import { z } from "zod";
import { creditOf } from "./accounts.js";
import { holdersOfVolume, type Volume, volumeDollarsPerHour } from "./contracts/volume.js";
import { isRecord } from "./filters.js";
import { type Answer, badRequest, ok, refusal } from "./http/answers.js";
import type { AccountRequest, Route } from "./http/route.js";
import { searchVolumeAsks } from "./market/volume-search.js";
import type { State } from "./state.js";
import { livingVolumes, makeVolume, type VolumeAsk, volumeAskOf } from "./volume-shelf.js";

const DEFAULT_SIZE_GB = 15;

const size = z.coerce.number().int().positive().nullish();
const RentBody = z.looseObject({ id: z.coerce.number().int(), size, name: z.string().nullish() });
const CloneBody = z.looseObject({ src_id: z.coerce.number().int(), dst_id: z.coerce.number().int(), size });

/** Local volumes: searching room for them, renting, listing, copying and deleting. */
export const volumeRoutes: readonly Route[] = [
  { method: "POST", path: "/api/v0/volumes/search/", access: "account", answer: answerSearch },
  { method: "PUT", path: "/api/v0/volumes/", access: "account", answer: answerRent },
  { method: "GET", path: "/api/v0/volumes/", access: "account", answer: answerList },
  { method: "DELETE", path: "/api/v0/volumes/", access: "account", answer: answerDelete },
  { method: "POST", path: "/api/v0/volumes/copy/", access: "account", answer: answerClone },
];

/** Names other than letters, digits and underscores are refused (vast-api.md §2.10). */
export const badName = refusal(422, "invalid_args", "Invalid volume name.");

/** Whether Vast would refuse a name. */
export function complaintAboutName(name: string | null | undefined): boolean {
  return typeof name === "string" && !/^[A-Za-z0-9_]{1,64}$/.test(name);
}

function answerSearch({ state, body, now }: AccountRequest): Answer {
  const offers = searchVolumeAsks(state, body, now);
  return offers === undefined ? badRequest("Invalid query: must be dict of conditions") : ok({ offers });
}

function answerRent(request: AccountRequest): Answer {
  const parsed = RentBody.safeParse(request.body);
  if (!parsed.success) return invalidArgs("id");
  const { id, name = null } = parsed.data;
  const sizeGb = parsed.data.size ?? DEFAULT_SIZE_GB;
  if (complaintAboutName(name)) return badName;
  const room = roomFor(request, id, sizeGb);
  if ("status" in room) return room;
  const { state, account, now } = request;
  const isTaken = livingVolumes(state).some(
    (other) => other.name === name && other.facts.machine_id === room.facts.machine_id,
  );
  if (isTaken) return refusal(400, "invalid_args", `Invalid args: a volume named ${name} exists on this machine.`);
  const wish = { account: account.number, facts: room.facts, sizeGb, name, clonedFrom: null };
  const volume = makeVolume(state, wish, now);
  const told = state.settings.volumeIdInAnswer ? { volume_id: volume.id } : {};
  return ok({ success: true, volume_name: `V.${volume.id}`, ...told });
}

/** What a copy answers nobody recorded; here it does not tell the id. */
function answerClone(request: AccountRequest): Answer {
  const parsed = CloneBody.safeParse(request.body);
  if (!parsed.success) return invalidArgs("src_id, dst_id");
  const { state, account, now } = request;
  const source = volumeOf(state, account.number, parsed.data.src_id);
  if (!source) return noSuchVolume;
  const sizeGb = parsed.data.size ?? source.sizeGb;
  if (sizeGb < source.sizeGb) return invalidArgs("size");
  const room = roomFor(request, parsed.data.dst_id, sizeGb);
  if ("status" in room) return room;
  const { id: clonedFrom } = source;
  makeVolume(state, { account: account.number, facts: room.facts, sizeGb, name: null, clonedFrom }, now);
  return ok({ success: true });
}

function roomFor({ state, account, now }: AccountRequest, offerId: number, sizeGb: number): VolumeAsk | Answer {
  const room = volumeAskOf(state, offerId);
  if (room === undefined)
    return refusal(404, "no_such_ask", `error 404/3603: no_such_ask  Volume offer ${offerId} is not available.`);
  if (room.freeGb < sizeGb) return invalidArgs(`size: ${sizeGb} GB of ${room.freeGb}`);
  if (creditOf(state, account, now) <= 0) return refusal(400, "insufficient_credit", "Your account lacks credit");
  return room;
}

function answerList({ state, account, now, query }: AccountRequest): Answer {
  // Network volumes are no longer let.
  if (query.get("type") === "network_volume") return ok({ volumes: [] });
  const lagMs = state.settings.listLagSeconds * 1000;
  const shown = livingVolumes(state, account.number).filter(({ createdAt }) => createdAt <= now - lagMs);
  return ok({ volumes: shown.map((volume) => volumeRow(state, volume, now)) });
}

function volumeRow(state: State, volume: Volume, now: number): Record<string, unknown> {
  const { facts } = volume;
  const { living, isInUse } = holdersOf(state, volume, now);
  return {
    id: volume.id,
    label: volume.name,
    status: isInUse ? "in-use" : "created",
    type: "machine",
    machine_id: facts.machine_id,
    host_id: facts.host_id,
    disk_space: volume.sizeGb,
    disk_name: facts.disk_name,
    instances: living.map(({ id }) => id),
    start_date: volume.createdAt / 1000,
    end_date: facts.end_date,
    storage_total_cost: volumeDollarsPerHour(volume),
    geolocation: facts.geolocation,
    verification: facts.verification,
    reliability2: facts.reliability,
    public_ipaddr: facts.public_ipaddr,
    inet_up: facts.inet_up,
    inet_down: facts.inet_down,
    driver_version: facts.driver_version,
    cuda_max_good: facts.cuda_max_good,
    cpu_name: facts.cpu_name,
    cpu_arch: facts.cpu_arch,
    mobo_name: facts.mobo_name,
    os_version: facts.os_version,
    static_ip: facts.static_ip,
  };
}

/** The documentation wants the id in the body, the official client sends it in the query. */
function answerDelete({ state, account, now, query, body }: AccountRequest): Answer {
  const given = query.get("id") ?? (isRecord(body) ? body.id : undefined);
  if (!/^\d+$/.test(String(given))) return refusal(400, "invalid_args", "Please provide a valid volume ID.");
  const volume = volumeOf(state, account.number, Number(given));
  if (!volume) return noSuchVolume;
  if (holdersOf(state, volume, now).isInUse)
    return refusal(400, "invalid_args", `Volume ${volume.id} is in use by an instance.`);
  volume.deletedAt = now;
  return ok({ success: true });
}

function holdersOf(state: State, volume: Volume, now: number) {
  return holdersOfVolume(state.contracts.values(), volume, now, state.settings.volumeInUseSeconds * 1000);
}

function volumeOf(state: State, account: number, id: number): Volume | undefined {
  return livingVolumes(state, account).find((volume) => volume.id === id);
}

function invalidArgs(what: string): Answer {
  return refusal(400, "invalid_args", `Invalid args: ${what}`);
}

const noSuchVolume = refusal(404, "no_such_volume", "Volume with that ID does not exist.");
