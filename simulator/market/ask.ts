/**
 * What a host states about one slice of a machine, in Vast's words and units: memory in MB, disk in GB, network in Mb/s,
 * times in epoch seconds, prices in $/h for the whole slice, `storage_cost` in $/GB/month. Prices that depend on the
 * search (disk size, bid) are worked out in offer-row.ts.
 */
export interface AskFacts {
  readonly machine_id: number;
  readonly host_id: number;
  /** 1 for a datacenter; hosts that never said are null. */
  readonly hosting_type: number | null;
  readonly public_ipaddr: string;
  readonly geolocation: string;
  readonly static_ip: boolean;
  readonly direct_port_count: number;
  readonly num_gpus: number;
  readonly gpu_name: string;
  readonly gpu_ram: number;
  readonly gpu_frac: number;
  /** Ids of the physical GPUs: two slices overlap when they share one. */
  readonly gpu_ids: readonly number[];
  readonly gpu_lanes: number;
  readonly gpu_mem_bw: number;
  readonly gpu_max_power: number;
  readonly gpu_max_temp: number;
  readonly gpu_display_active: boolean;
  readonly compute_cap: number;
  readonly bw_nvlink: number;
  readonly cuda_max_good: number;
  readonly driver_version: string;
  readonly cpu_name: string;
  readonly cpu_arch: string;
  readonly cpu_cores: number;
  readonly cpu_cores_effective: number;
  readonly cpu_ghz: number;
  readonly cpu_ram: number;
  readonly has_avx: number;
  readonly disk_name: string;
  readonly disk_space: number;
  readonly disk_bw: number;
  readonly inet_up: number;
  readonly inet_down: number;
  readonly inet_up_cost: number;
  readonly inet_down_cost: number;
  readonly mobo_name: string;
  readonly os_version: string;
  readonly pci_gen: number;
  readonly pcie_bw: number;
  readonly reliability: number;
  readonly verification: "verified" | "unverified" | "deverified";
  readonly vms_enabled: boolean;
  readonly rentable: boolean;
  readonly dlperf: number;
  readonly total_flops: number;
  readonly dph_base: number;
  readonly min_bid: number;
  readonly storage_cost: number;
  /** Share of the price that a reserved contract saves, 0 to 0.4. */
  readonly reserved_discount: number;
  readonly start_date: number | null;
  readonly end_date: number;
}

/** One slice of a machine as the market offers it. */
export interface Ask {
  /** Changes each time the slice is rented: an offer id rents one instance only. */
  offerId: number;
  facts: AskFacts;
}
