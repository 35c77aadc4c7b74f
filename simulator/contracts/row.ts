import { hexOf } from "../random.js";
import type { State } from "../state.js";
import { winningBid } from "./bid.js";
import type { Contract } from "./contract.js";
import { storageDollarsPerHour } from "./money.js";
import { forwardedPorts } from "./ports.js";
import { capabilitiesOf } from "./runtype.js";
import type { Mount } from "./volume.js";

/** One instance as the API answers it: every field of the documented and recorded rows. */
export type InstanceRow = Record<string, unknown>;

/** All that an almost empty row holds. */
const BARE = ["id", "actual_status", "intended_status", "cur_state", "next_state", "status_msg", "label"] as const;

/** The row of the single read at the moment `at`. */
export function instanceRow(state: State, contract: Contract, at: number): InstanceRow {
  const row = wholeRow(state, contract, at);
  if (!state.settings.bareRows || contract.hasContainer) return row;
  return Object.fromEntries(BARE.map((field) => [field, row[field]]));
}

function wholeRow(state: State, contract: Contract, at: number): InstanceRow {
  const { facts, condition, recipe } = contract;
  const disk = storageDollarsPerHour(facts.storage_cost, contract.diskGb);
  const gpu = contract.gpuDollarsPerHour;
  const isUp = condition.actual === "running";
  return {
    id: contract.id,
    actual_status: condition.actual,
    intended_status: condition.intended,
    cur_state: condition.current,
    next_state: condition.next,
    status_msg: condition.message,
    label: contract.label,
    template_id: recipe.template?.id ?? null,
    template_hash_id: recipe.template?.hashId ?? null,
    template_name: recipe.template?.name ?? null,
    image_uuid: recipe.image,
    image_args: recipe.args ?? [],
    image_runtype: contract.runtype,
    extra_env: [...withoutMounts(recipe.env), ...contract.mounts.map(mountFlag)],
    onstart: recipe.onstart,
    jupyter_token: contract.jupyterToken,
    ...addressFields(contract),
    // A container that is not running has no port map at all (recorded 2026-09-05).
    ...(isUp && { ports: forwardedPorts(contract) }),
    direct_port_count: facts.direct_port_count,
    direct_port_start: -1,
    direct_port_end: -1,
    ...machineFields(contract),
    is_bid: contract.isBid,
    min_bid: winningBid(state, contract),
    dph_base: gpu,
    dph_total: gpu + disk,
    storage_cost: facts.storage_cost,
    storage_total_cost: disk,
    vram_costperhour: (gpu + disk) / (facts.gpu_ram * facts.num_gpus),
    dlperf_per_dphtotal: facts.dlperf / (gpu + disk),
    flops_per_dphtotal: facts.total_flops / (gpu + disk),
    search: priceOf(gpu, disk),
    instance: priceOf(condition.gpuBilled ? gpu : 0, disk),
    credit_balance: null,
    credit_discount: null,
    credit_discount_max: facts.reserved_discount,
    start_date: contract.createdAt / 1000,
    end_date: contract.endsAt / 1000,
    // The rest of the contract, not its age (recorded 2026-09-05).
    duration: (contract.endsAt - at) / 1000,
    uptime_mins: null,
    client_run_time: 1.1,
    host_run_time: 2_592_000,
    time_remaining: "",
    time_remaining_isbid: "",
    cpu_util: isUp ? 12.234 : 0,
    gpu_util: isUp ? 35 : 0,
    gpu_temp: isUp ? 52 : 0,
    mem_limit: (facts.cpu_ram * facts.gpu_frac) / 1000,
    mem_usage: isUp ? 1.25 : 0,
    vmem_usage: isUp ? 0.543945 : 0,
    disk_space: contract.diskGb,
    disk_util: isUp ? 0.046 : -1,
    disk_usage: isUp ? 0.046 : -1,
    inet_up_billed: 0,
    inet_down_billed: 0,
    sla_r_claim: null,
    sla_sigma_x: null,
    target_reliability: 0,
  };
}

/** The row of the lists, which alone tells the mounted volumes. */
export function listedRow(state: State, contract: Contract, at: number): InstanceRow {
  if (state.settings.bareRows && !contract.hasContainer) return instanceRow(state, contract, at);
  const volumes = contract.mounts.map(({ volume }) => ({
    id: volume.id,
    label: volume.name,
    created_from: volume.clonedFrom,
    avail_space: volume.sizeGb,
    total_space: volume.sizeGb,
    type: "machine",
  }));
  return { ...instanceRow(state, contract, at), volume_info: volumes };
}

/** A mount as Vast shows it in the environment, however it was asked for (recorded/v1-list-volume-mounted). */
function mountFlag({ volume, path }: Mount): [name: string, value: string] {
  return [`-v ${volume.name}:${path}`, "1"];
}

function withoutMounts(env: Contract["recipe"]["env"]): Contract["recipe"]["env"] {
  return env.filter(([name]) => !/^-v\s/.test(name));
}

/** Where the container answers: on real ports of this machine, or at addresses that exist only on paper. */
function addressFields(contract: Contract): InstanceRow {
  const { id, facts, isReachable } = contract;
  const proxy = String((id % 9) + 1);
  // Beside Jupyter, SSH answers one port above the one that is told.
  const below = capabilitiesOf(contract.runtype).jupyter ? 1 : 0;
  return {
    // The live service sends blanks and line ends here.
    public_ipaddr: `${isReachable ? "127.0.0.1" : facts.public_ipaddr} \n`,
    local_ipaddrs: "10.0.0.5 172.17.0.2 \n",
    ssh_host: isReachable ? "127.0.0.1" : `ssh${proxy}.vast.ai`,
    ssh_idx: proxy,
    ssh_port: (isReachable ? contract.outsidePort("proxy") : 10_000 + (id % 20_000)) - below,
    machine_dir_ssh_port: 20_000 + (facts.machine_id % 9_999),
  };
}

function machineFields({ facts }: Contract): InstanceRow {
  return {
    machine_id: facts.machine_id,
    host_id: facts.host_id,
    bundle_id: Number.parseInt(hexOf(`bundle ${facts.machine_id} ${facts.num_gpus}`, 7), 16),
    hosting_type: facts.hosting_type,
    num_gpus: facts.num_gpus,
    gpu_name: facts.gpu_name,
    gpu_arch: "nvidia",
    gpu_ram: facts.gpu_ram,
    gpu_totalram: facts.gpu_ram * facts.num_gpus,
    gpu_frac: facts.gpu_frac,
    gpu_lanes: facts.gpu_lanes,
    gpu_mem_bw: facts.gpu_mem_bw,
    gpu_display_active: facts.gpu_display_active,
    bw_nvlink: facts.bw_nvlink,
    compute_cap: facts.compute_cap,
    cuda_max_good: facts.cuda_max_good,
    driver_version: facts.driver_version,
    cpu_name: facts.cpu_name,
    cpu_arch: facts.cpu_arch,
    cpu_cores: facts.cpu_cores,
    cpu_cores_effective: facts.cpu_cores_effective,
    cpu_ram: facts.cpu_ram,
    has_avx: facts.has_avx,
    disk_name: facts.disk_name,
    disk_bw: facts.disk_bw,
    inet_up: facts.inet_up,
    inet_down: facts.inet_down,
    inet_up_cost: facts.inet_up_cost,
    inet_down_cost: facts.inet_down_cost,
    internet_up_cost_per_tb: facts.inet_up_cost * 1024,
    internet_down_cost_per_tb: facts.inet_down_cost * 1024,
    mobo_name: facts.mobo_name,
    os_version: facts.os_version,
    pci_gen: facts.pci_gen,
    pcie_bw: facts.pcie_bw,
    static_ip: facts.static_ip,
    geolocation: facts.geolocation,
    country_code: null,
    verification: facts.verification,
    reliability2: facts.reliability,
    rentable: facts.rentable,
    external: false,
    logo: "/static/logos/vastai_small2.png",
    webpage: null,
    score: facts.dlperf * facts.reliability,
    dlperf: facts.dlperf,
    total_flops: facts.total_flops,
  };
}

function priceOf(gpu: number, disk: number): InstanceRow {
  return {
    gpuCostPerHour: gpu,
    diskHour: disk,
    slaPremiumPerHour: 0,
    totalHour: gpu + disk,
    discountTotalHour: 0,
    discountedTotalPerHour: gpu + disk,
  };
}
