import { fullImage } from "../../api/image.js";
import type { ChangeTable, Sameness } from "../../engine/diff.js";
import type { InstanceInputs } from "./inputs.js";
import { sameKeyIds, samePublicKeys } from "./keys.js";
import { sameMounts } from "./volumes/mount-inputs.js";

/** What a change of each input does, and why. The compiler checks that no input is missing. */
export const onChange: ChangeTable<Required<InstanceInputs>> = {
  offerId: ["replace", "another offer is another machine"],
  offer: ["ignore", "the market was asked when renting; change `generation` to ask again"],
  orderBy: ["ignore", "matters only when renting"],
  rentalType: ["replace", "Vast cannot turn a contract from on-demand to interruptible or back"],
  bidDollarsPerHour: ["update", "Vast changes a bid in place"],
  maxDollarsPerHour: [
    "ignore",
    "matters when renting, to `raiseBid`, and while a create that was cut off is not finished",
  ],
  defaultFilters: ["ignore", "matters only when renting"],
  maxAttempts: ["ignore", "matters only when renting"],
  image: ["update", "the container is made anew on the same contract"],
  templateHash: ["update", "the container is made anew on the same contract"],
  diskGb: ["replace", "the disk's size is fixed for the life of a contract"],
  runtype: ["replace", "Vast's in-place update keeps the runtype"],
  connection: ["replace", "Vast's in-place update keeps the runtype"],
  args: ["update", "the container is made anew on the same contract"],
  entrypoint: ["update", "the container is made anew on the same contract"],
  onstart: ["update", "the container is made anew on the same contract"],
  env: ["update", "the container is made anew on the same contract"],
  ports: ["update", "ports travel in the environment; the container is made anew on the same contract"],
  volumes: ["replace", "Vast mounts volumes only when renting"],
  keepVolumes: ["update", "a destroy looks at what is stored"],
  sshKeyIds: ["update", "Vast puts keys into an instance and takes them out in place"],
  sshPublicKeys: ["update", "Vast puts keys into an instance and takes them out in place"],
  label: ["update", "only a name"],
  labelMark: ["update", "only a name"],
  targetState: ["update", "the instance is started or stopped"],
  imageLogin: ["replace", "Vast takes the login only when renting"],
  user: ["replace", "Vast takes it only when renting"],
  jupyterDir: ["replace", "Vast takes it only when renting"],
  pythonUtf8: ["replace", "Vast takes it only when renting"],
  langUtf8: ["replace", "Vast takes it only when renting"],
  force: ["ignore", "matters only when renting"],
  cancelUnavailable: ["ignore", "matters only when renting"],
  vm: ["replace", "a container cannot become a virtual machine"],
  timeToLiveHours: ["update", "the end stands in the label; only adding it makes the container anew"],
  timeouts: ["ignore", "says how long to wait, not what to have"],
  waitFor: ["ignore", "says how long to wait, not what to have"],
  onBootFailure: ["ignore", "matters only while the instance is made"],
  onDrift: ["ignore", "acts on what a refresh found, not by its own change"],
  generation: ["replace", "asks for a machine that is searched for anew"],
  placement: ["ignore", "matters only when renting and replacing; nobody is moved"],
  adoptInstanceId: ["ignore", "matters only when the resource is created"],
  takeOver: ["ignore", "matters only when the resource is created"],
  ownerToken: ["update", "its mark on Vast says what the resource is called now"],
};

/** A disk of 10 GB reads back as 10.0 or 10.08 (vast-api.md §2.3). */
export const DISK_TOLERANCE_GB = 1;
/** Prices are computed anew for each answer. */
export const PRICE_TOLERANCE = 1e-6;

/** Where Vast answers another spelling of the same thing (vast-api.md §3, normalisation). */
export const same: Sameness<InstanceInputs> = {
  // An image that the program leaves to the template reads back as the template's.
  image: (before, wanted) => wanted === undefined || fullImage(before ?? "") === fullImage(wanted),
  runtype: (_before, wanted) => wanted === undefined,
  connection: (before, wanted) => (before ?? "direct") === (wanted ?? "direct"),
  diskGb: (before, wanted) => Math.abs((before ?? 0) - wanted) <= DISK_TOLERANCE_GB,
  bidDollarsPerHour: (before, wanted) => Math.abs((before ?? 0) - (wanted ?? 0)) <= PRICE_TOLERANCE,
  onstart: (before, wanted) => (before ?? "").trim() === (wanted ?? "").trim(),
  args: (before, wanted) => (before ?? []).length === 0 && (wanted ?? []).length === 0,
  volumes: sameMounts,
  // A state that is older than the input has the default.
  keepVolumes: (before, wanted) => (before ?? true) === (wanted ?? true),
  sshKeyIds: sameKeyIds,
  sshPublicKeys: samePublicKeys,
  // What was imported without a mark stays without one until it is changed.
  ownerToken: (before, wanted) => !before || !wanted,
};

/** The inputs that the in-place update of the container carries. */
export const CONTAINER_INPUTS = ["image", "templateHash", "args", "entrypoint", "onstart", "env", "ports"] as const;
