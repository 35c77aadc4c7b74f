import { z } from "zod";
import { geolocation, looseFlag, looseNumber, looseText, wireId } from "./wire-types.js";

/** Price of one state of an instance, $/h. */
const Price = z
  .looseObject({ gpuCostPerHour: looseNumber, diskHour: looseNumber, totalHour: looseNumber })
  .nullish()
  .catch(null);

/** Docker's port map. Absent while stopped, null while booting; the v0 documentation wrongly shows a list of numbers. */
const Ports = z
  .record(z.string(), z.array(z.looseObject({ HostIp: looseText, HostPort: looseNumber })).nullable())
  .nullish()
  .catch(null);

/** Environment as `[name, value]` pairs; an object is tolerated. Docker flags such as `-p 80:80` are names too. */
const ExtraEnv = z
  .union([
    z.array(z.tuple([z.string(), z.coerce.string()])).transform((pairs) => Object.fromEntries(pairs)),
    z.record(z.string(), z.coerce.string()),
  ])
  .nullish()
  .catch(null);

/**
 * One instance as `GET /api/v0/instances/{id}/` and the lists answer it. Only `id` is certain: rows of fresh, stopped and
 * old instances lack fields. Memory in MB, disk in GB, prices in $/h, times in epoch seconds.
 */
export const WireInstance = z.looseObject({
  id: wireId,
  // The statuses decide about money, so a wrong type is an error and not null.
  actual_status: z.string().nullish(),
  intended_status: z.string().nullish(),
  cur_state: z.string().nullish(),
  next_state: z.string().nullish(),
  status_msg: looseText,
  label: z.string().nullish(),
  is_bid: looseFlag,
  template_id: looseNumber,
  template_hash_id: looseText,
  template_name: looseText,
  image_uuid: looseText,
  image_args: z.array(z.string()).nullish().catch(null),
  image_runtype: looseText,
  extra_env: ExtraEnv,
  onstart: looseText,
  jupyter_token: looseText,
  public_ipaddr: looseText,
  local_ipaddrs: looseText,
  ssh_host: looseText,
  ssh_port: looseNumber,
  ssh_idx: looseText,
  machine_dir_ssh_port: looseNumber,
  ports: Ports,
  direct_port_count: looseNumber,
  direct_port_start: looseNumber,
  direct_port_end: looseNumber,
  machine_id: looseNumber,
  host_id: looseNumber,
  bundle_id: looseNumber,
  hosting_type: looseNumber,
  num_gpus: looseNumber,
  gpu_name: looseText,
  gpu_arch: looseText,
  gpu_ram: looseNumber,
  gpu_totalram: looseNumber,
  gpu_frac: looseNumber,
  gpu_lanes: looseNumber,
  gpu_mem_bw: looseNumber,
  gpu_util: looseNumber,
  gpu_temp: looseNumber,
  bw_nvlink: looseNumber,
  compute_cap: looseNumber,
  cuda_max_good: looseNumber,
  driver_version: looseText,
  cpu_name: looseText,
  cpu_arch: looseText,
  cpu_cores: looseNumber,
  cpu_cores_effective: looseNumber,
  cpu_ram: looseNumber,
  cpu_util: looseNumber,
  mem_limit: looseNumber,
  mem_usage: looseNumber,
  vmem_usage: looseNumber,
  disk_name: looseText,
  disk_space: looseNumber,
  disk_bw: looseNumber,
  disk_util: looseNumber,
  disk_usage: looseNumber,
  inet_up: looseNumber,
  inet_down: looseNumber,
  inet_up_cost: looseNumber,
  inet_down_cost: looseNumber,
  mobo_name: looseText,
  os_version: looseText,
  pci_gen: looseNumber,
  pcie_bw: looseNumber,
  static_ip: looseFlag,
  geolocation,
  country_code: looseText,
  verification: looseText,
  reliability2: looseNumber,
  rentable: looseFlag,
  external: looseFlag,
  webpage: looseText,
  score: looseNumber,
  dlperf: looseNumber,
  dlperf_per_dphtotal: looseNumber,
  flops_per_dphtotal: looseNumber,
  total_flops: looseNumber,
  min_bid: looseNumber,
  dph_base: looseNumber,
  dph_total: looseNumber,
  storage_cost: looseNumber,
  storage_total_cost: looseNumber,
  vram_costperhour: looseNumber,
  search: Price,
  instance: Price,
  credit_balance: looseNumber,
  credit_discount: looseNumber,
  credit_discount_max: looseNumber,
  start_date: looseNumber,
  end_date: looseNumber,
  duration: looseNumber,
  uptime_mins: looseNumber,
  client_run_time: looseNumber,
  host_run_time: looseNumber,
  time_remaining: looseText,
  time_remaining_isbid: looseText,
  volume_info: z.array(z.looseObject({})).nullish().catch(null),
});
/** One instance on the wire. */
export type WireInstance = z.infer<typeof WireInstance>;
