import type { WireInstance } from "../../api/instance-row.js";
import type { MachineFacts } from "../../offer/machine-facts.js";
import { scrubber } from "./boot/scrubber.js";
import type { Known } from "./boot/secret-values.js";

/** Port inside the container on which Vast starts its notebook. */
export const JUPYTER_PORT = 8080;

/** What an instance tells about itself besides its inputs. A value that Vast does not give at the moment is left out. */
export interface InstanceFacts extends MachineFacts {
  /** Id of the contract on Vast; the same as the resource's id, as a number. */
  readonly instanceId: number;
  /** State of the container: `loading`, `running`, `exited`, `offline` and others; left out while nothing was reported. */
  readonly status?: string;
  /** The host's last words about the container; they can be old. */
  readonly statusMessage?: string;
  /** What the container is meant to be: `running` or `stopped`. */
  readonly intendedStatus?: string;
  /** State of the contract: `running` or `stopped`. */
  readonly currentState?: string;
  /** State that the contract is to have next. */
  readonly nextState?: string;
  /** True for a bid, which others can outbid. */
  readonly isInterruptible?: boolean;
  /** Price while running in $/h, disk included, bandwidth not. */
  readonly dollarsPerHour?: number;
  /** Price while stopped in $/h: the disk. */
  readonly dollarsPerHourStopped?: number;
  /** Public address of the machine. */
  readonly publicIp?: string;
  /** Addresses inside the machine's network. */
  readonly localIps?: readonly string[];
  /** For each published container port (`8080/tcp`) the port outside. Only while running. */
  readonly publicPorts?: Readonly<Record<string, number>>;
  /** Where SSH answers: the machine itself when its port 22 is published, else Vast's proxy. Only while running. */
  readonly sshHost?: string;
  readonly sshPort?: number;
  /** Ready to paste: `ssh -p 20000 root@203.0.113.7`. Only while running. */
  readonly sshCommand?: string;
  readonly directPortStart?: number;
  readonly directPortEnd?: number;
  /** The runtype as Vast expands it, e.g. `ssh ssh_direc ssh_proxy`. */
  readonly expandedRuntype?: string;
  readonly templateId?: number;
  readonly templateName?: string;
  /** When the contract began and when it ends at the latest, ISO 8601 in UTC. */
  readonly startedAt?: string;
  readonly endsAt?: string;
  /** Discount of prepaid time, 0 to 1. */
  readonly creditDiscount?: number;
  /** Token of the notebook. Secret. */
  readonly jupyterToken?: string;
  /**
   * The notebook for the browser, token and all: `https://203.0.113.7:29061/?token=…` at the machine, whose certificate Vast's own
   * authority signs, else through Vast's proxy. Secret. Only while running with runtype `jupyter` or `jupyterLab`.
   */
  readonly jupyterUrl?: string;
}

type Nullable<T> = { [K in keyof T]: T[K] | null };

/**
 * What can change during a contract, and so what refresh brings up to date. Figures that the market or the load moves (scores,
 * utilisation, the least bid) are left out: a refresh would show a change each time. `known`: secrets besides those of the row, which the host's words
 * must not repeat.
 */
export function liveFacts(row: WireInstance, known: Known = {}): Nullable<InstanceFacts> {
  const isUp = row.actual_status === "running";
  const ssh = isUp ? sshAddress(row) : undefined;
  return {
    instanceId: row.id,
    status: text(row.actual_status),
    statusMessage: text(row.status_msg && scrubber({ ...known, row })(row.status_msg)),
    intendedStatus: text(row.intended_status),
    currentState: text(row.cur_state),
    nextState: text(row.next_state),
    isInterruptible: row.is_bid ?? null,
    dollarsPerHour: dollars(row.dph_total),
    dollarsPerHourStopped: dollars(row.storage_total_cost ?? row.search?.diskHour),
    publicIp: text(row.public_ipaddr),
    localIps: text(row.local_ipaddrs)?.split(/\s+/) ?? null,
    publicPorts: isUp ? publicPorts(row) : null,
    sshHost: ssh?.host ?? null,
    sshPort: ssh?.port ?? null,
    sshCommand: ssh ? `ssh -p ${ssh.port} root@${ssh.host}` : null,
    expandedRuntype: text(row.image_runtype),
    startedAt: isoTime(row.start_date),
    endsAt: isoTime(row.end_date),
    jupyterToken: text(row.jupyter_token),
    jupyterUrl: isUp ? (jupyterUrl(row) ?? null) : null,
  };
}

/** What was true of machine and contract when the instance was rented. */
export function rentedFacts(row: WireInstance): Nullable<Omit<InstanceFacts, "instanceId">> {
  return {
    machineId: row.machine_id ?? null,
    hostId: row.host_id ?? null,
    geolocation: text(row.geolocation),
    verification: text(row.verification),
    reliability: row.reliability2 ?? null,
    isDatacenter: typeof row.hosting_type === "number" ? row.hosting_type === 1 : null,
    hasStaticIp: row.static_ip ?? null,
    storageDollarsPerGbMonth: dollars(row.storage_cost),
    internetUpDollarsPerGb: dollars(row.inet_up_cost),
    internetDownDollarsPerGb: dollars(row.inet_down_cost),
    directPortCount: row.direct_port_count ?? null,
    directPortStart: row.direct_port_start ?? null,
    directPortEnd: row.direct_port_end ?? null,
    templateId: row.template_id ?? null,
    templateName: text(row.template_name),
    gpuName: text(row.gpu_name),
    gpuCount: row.num_gpus ?? null,
    gpuFraction: row.gpu_frac ?? null,
    gpuArch: text(row.gpu_arch),
    gpuRamGb: gigabytes(row.gpu_ram),
    gpuTotalRamGb: gigabytes(row.gpu_totalram),
    gpuMemoryBandwidthGBps: row.gpu_mem_bw ?? null,
    gpuLanes: row.gpu_lanes ?? null,
    nvlinkBandwidthGBps: row.bw_nvlink ?? null,
    computeCapability: typeof row.compute_cap === "number" ? row.compute_cap / 100 : null,
    cudaVersion: row.cuda_max_good ?? null,
    driverVersion: text(row.driver_version),
    totalTflops: row.total_flops ?? null,
    dlperf: row.dlperf ?? null,
    cpuName: text(row.cpu_name),
    cpuArch: text(row.cpu_arch),
    cpuCores: row.cpu_cores ?? null,
    cpuCoresEffective: row.cpu_cores_effective ?? null,
    cpuRamGb: gigabytes(row.cpu_ram),
    diskName: text(row.disk_name),
    diskSpaceGb: row.disk_space ?? null,
    diskBandwidthMBps: row.disk_bw ?? null,
    internetUpMbps: row.inet_up ?? null,
    internetDownMbps: row.inet_down ?? null,
    motherboard: text(row.mobo_name),
    osVersion: text(row.os_version),
    pciGeneration: row.pci_gen ?? null,
    pcieBandwidthGBps: row.pcie_bw ?? null,
    creditDiscount: row.credit_discount ?? null,
  };
}

/**
 * Where SSH answers, as Vast's own client works it out: the machine's address when port 22 is published there, else the proxy,
 * whose port is one higher for images with Jupyter (vast-api.md §2.3). Undefined when the container runs no SSH.
 */
export function sshAddress(row: WireInstance): { host: string; port: number } | undefined {
  const direct = publicPorts(row)?.["22/tcp"];
  const publicIp = text(row.public_ipaddr);
  if (direct !== undefined && publicIp) return { host: publicIp, port: direct };
  const runtype = row.image_runtype ?? "ssh";
  const host = text(row.ssh_host);
  if (!/ssh|jupyter/.test(runtype) || !host || typeof row.ssh_port !== "number") return undefined;
  return { host, port: row.ssh_port + (runtype.includes("jupyter") ? 1 : 0) };
}

/**
 * Where the notebook answers: at the machine when its port is published there (recorded/get-instance-ports-dual-stack), else behind the
 * proxy, which names a machine by the number and the port of its SSH proxy. Undefined when the container runs none.
 */
export function jupyterUrl(row: WireInstance): string | undefined {
  const token = text(row.jupyter_token);
  if (!token || !row.image_runtype?.includes("jupyter")) return undefined;
  const direct = publicPorts(row)?.[`${JUPYTER_PORT}/tcp`];
  const publicIp = text(row.public_ipaddr);
  const query = `?token=${encodeURIComponent(token)}`;
  if (direct !== undefined && publicIp) {
    const host = publicIp.includes(":") ? `[${publicIp}]` : publicIp;
    return `https://${host}:${direct}/${query}`;
  }
  const proxy = text(row.ssh_idx);
  if (!proxy || typeof row.ssh_port !== "number") return undefined;
  return `https://jupyter.vast.ai/jm/${proxy}/${row.ssh_port}/${query}`;
}

/** For each published container port (`8080/tcp`) the port outside; null while there is no map. */
export function publicPorts(row: WireInstance): Record<string, number> | null {
  if (!row.ports) return null;
  const mapped = Object.entries(row.ports).flatMap(([port, bindings]) => {
    // Docker binds IPv4 and IPv6 apart, to the same number.
    const outside = bindings?.find((binding) => typeof binding.HostPort === "number")?.HostPort;
    // Nothing can be called at another number.
    const isPort = typeof outside === "number" && Number.isInteger(outside) && outside > 0 && outside <= 65_535;
    return isPort ? [[port, outside] as const] : [];
  });
  return Object.fromEntries(mapped);
}

function text(value: string | null | undefined): string | null {
  return value?.trim() || null;
}

function gigabytes(megabytes: number | null | undefined): number | null {
  return typeof megabytes === "number" ? megabytes / 1000 : null;
}

/** Rounded to a millionth: the service computes prices anew, and the last digits differ from answer to answer. */
function dollars(value: number | null | undefined): number | null {
  return typeof value === "number" ? Math.round(value * 1e6) / 1e6 : null;
}

function isoTime(epochSeconds: number | null | undefined): string | null {
  return typeof epochSeconds === "number" ? new Date(Math.round(epochSeconds) * 1000).toISOString() : null;
}

/** The names of all facts, for the resource class. */
export const instanceFactNames: readonly string[] = Object.keys({ ...rentedFacts({ id: 0 }), ...liveFacts({ id: 0 }) });
