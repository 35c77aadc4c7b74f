import { countryOf, countryProblem } from "./country.js";
import { defaultedFlag, flag } from "./flag-keys.js";
import { atLeast, counted } from "./number-keys.js";
import { oneOf, text } from "./text-keys.js";

const SECONDS_PER_DAY = 86_400;
const MB_PER_GB = 1000;

/** Keys of a query about the machine, its network and its place. */
export const machineKeys = {
  /** Virtual CPUs of the whole machine; `cpuCoresEffective` is the share that comes with the offer. Default any. */
  cpuCores: counted({ column: "cpu_cores" }),
  /** Virtual CPUs that come with the offer. Default any. */
  cpuCoresEffective: atLeast({ column: "cpu_cores_effective" }),
  /**
   * Main memory that comes with the offer, in GB of 1000 MB as Vast's command line counts. Machines report somewhat less
   * than is built in: a board with 32 GB says about 31. Default any.
   */
  cpuRamGb: atLeast({ column: "cpu_ram", scale: MB_PER_GB, max: 65536, mistakenUnit: MB_PER_GB }),
  /** Clock of the CPU in GHz. Default any. */
  cpuGhz: atLeast({ column: "cpu_ghz", max: 20, mistakenUnit: 1000 }),
  /** Instruction set of the CPU: `"amd64"` or `"arm64"`. Default any. */
  cpuArch: oneOf({
    column: "cpu_arch",
    allowed: ["amd64", "arm64"],
    aliases: { x86_64: "amd64", x86: "amd64", x64: "amd64", aarch64: "arm64", arm: "arm64" },
  }),
  /** Whether the CPU has AVX. Default any. */
  hasAvx: flag({ column: "has_avx" }),
  /** Model of the motherboard, letter by letter. Default any. */
  motherboard: text({ column: "mobo_name" }),
  /** Version of Ubuntu on the machine, such as `"22.04"`. Default any. */
  osVersion: text({ column: "os_version" }),
  /** Free disk of the offer in GB. The disk that an instance asks for is looked after without this. Default any. */
  diskSpaceGb: atLeast({ column: "disk_space" }),
  /** Reading speed of the disk in MB/s. Default any. */
  diskBandwidthMBps: atLeast({ column: "disk_bw" }),
  /** Download speed in Mb/s. Default any. */
  internetDownMbps: atLeast({ column: "inet_down" }),
  /** Upload speed in Mb/s. Default any. */
  internetUpMbps: atLeast({ column: "inet_up" }),
  /** Ports that can be opened directly, without Vast's proxy. Default any. */
  directPortCount: counted({ column: "direct_port_count" }),
  /** Whether the public address stays the same. Default any. */
  staticIp: flag({ column: "static_ip" }),
  /** Country as a two-letter code: `"DE"`, `["DE", "FR"]`, `{ notin: ["CN"] }`. Default any. */
  country: text({
    column: "geolocation",
    read: (offer) => countryOf(offer.geolocation),
    problem: countryProblem,
  }),
  /** Whether the machine stands in a data centre that Vast has checked. Default any. */
  datacenter: flag({
    column: "hosting_type",
    wire: "datacenter",
    read: ({ hosting_type: type }) => (typeof type === "number" ? type === 1 : undefined),
  }),
  /** Kind of host: `"datacenter"` or `"consumer"`. Default any. */
  hostingType: oneOf({
    column: "hosting_type",
    allowed: ["datacenter", "consumer"],
    read: ({ hosting_type: type }) => (typeof type === "number" ? (type === 1 ? "datacenter" : "consumer") : undefined),
    toWire: (op, wanted) => ({
      [op]: Array.isArray(wanted) ? wanted.map(hostingTypeNumber) : hostingTypeNumber(wanted),
    }),
  }),
  /** Id of the machine; stays when its offers change. Default any. */
  machineId: counted({ column: "machine_id" }),
  /** Id of the host who owns the machine. Default any. */
  hostId: counted({ column: "host_id" }),
  /** Id of the cluster that the machine belongs to. Default any. */
  clusterId: counted({ column: "cluster_id" }),
  /** Days for which the machine can be rented from now on. Default any. */
  durationDays: atLeast({ column: "duration", scale: SECONDS_PER_DAY, max: 3650, mistakenUnit: SECONDS_PER_DAY }),
  /** Whether the machine runs virtual machines as well as containers. Default any. */
  vmsEnabled: flag({ column: "vms_enabled" }),
  /** How reliably the machine has run, 0 to 1: `{ gte: 0.99 }`. Default any. */
  reliability: atLeast({ column: "reliability", max: 1, mistakenUnit: 100 }),
  /** Whether Vast has verified the machine; `"any"` takes both. Default true, unless `verification` is given. */
  verified: defaultedFlag({
    column: "verification",
    wire: "verified",
    read: ({ verification }) => (typeof verification === "string" ? verification === "verified" : undefined),
  }),
  /** Vast's verdict in its own words: `"verified"`, `"unverified"` or `"deverified"`. Default see `verified`. */
  verification: oneOf({ column: "verification", allowed: ["verified", "unverified", "deverified"] }),
};

function hostingTypeNumber(type: unknown): number {
  return type === "datacenter" ? 1 : 0;
}
