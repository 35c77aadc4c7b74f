import type { WireInstance } from "../../api/instance-row.js";
import { parsePort, portArgument } from "../../api/ports.js";
import { secretsOfEnv } from "../../engine/import-record.js";
import type { Bag } from "../../engine/values.js";
import { expiryOnVast, hoursFromRent } from "./time-to-live/time-to-live.js";
import { withoutWatchdog } from "./time-to-live/watchdog.js";
import { mountsOf } from "./volumes/shown-mounts.js";

/** Images of virtual machines (vast-api.md §2.2). */
const VM_IMAGE = /(^|\/)vastai\/kvm(:|$)/;

/** An instance in the words of a program, with what cannot be said; `token` is that of its mark, or empty. */
export function describeInstance(row: WireInstance, diskGb: number, token: string) {
  const runtype = runtypeOf(row);
  const environment = environmentOf(row);
  const script = withoutWatchdog(row.onstart ?? "");
  const price = typeof row.dph_total === "number" ? row.dph_total : undefined;
  const runsEntrypoint = runtype.runtype === "args";
  const mounts = mountsOf(row).map(({ volumeId, mountPath }) => ({ volumeId, mountPath }));
  const canMount = mounts.length === 1 && mounts[0]?.volumeId !== undefined;
  const isVm = VM_IMAGE.test(row.image_uuid ?? "");
  const args: Bag = {
    ...(row.gpu_name
      ? { offer: { gpuName: row.gpu_name, gpuCount: row.num_gpus ?? undefined } }
      : { adoptInstanceId: row.id }),
    maxDollarsPerHour: price === undefined || price <= 0 ? undefined : Math.ceil(price * 100 - 1e-9) / 100,
    bidDollarsPerHour: row.is_bid ? (row.dph_base ?? undefined) : undefined,
    image: row.image_uuid,
    templateHash: row.template_hash_id || undefined,
    diskGb: Math.max(8, Math.round(diskGb)),
    ...runtype,
    args: runsEntrypoint && row.image_args?.length ? row.image_args : undefined,
    entrypoint: runsEntrypoint && script.trim() !== "" ? script : undefined,
    onstart: !runsEntrypoint && script.trim() !== "" ? script : undefined,
    env: environment.env,
    ports: environment.ports,
    volumes: canMount ? mounts : undefined,
    targetState: row.intended_status === "stopped" ? "stopped" : "running",
    labelMark: token !== "",
    timeToLiveHours: hoursToLive(row),
    vm: isVm,
  };
  const notes = [
    "`offer` and `maxDollarsPerHour` matter only when the instance is ever rented anew.",
    ...(token === ""
      ? [
          "It carries no mark of this provider yet: take `labelMark: false` out, and the next `pulumi up` puts one into its label.",
        ]
      : []),
    "Vast does not tell `imageLogin`, `user`, `jupyterDir`, `pythonUtf8` and `langUtf8`: adding one replaces the instance.",
    ...(row.template_hash_id ? ["What its template supplies is written out as it is now."] : []),
    ...(String(runtype.runtype).startsWith("jupyter")
      ? ["Whether Jupyter opens as a notebook or a lab cannot be read."]
      : []),
    ...(canMount ? ["Its volume is not deleted with it: whether the rent made it cannot be read."] : []),
    ...(mounts.length > 0 && !canMount
      ? [
          `It has ${mounts.length === 1 ? "a volume whose id Vast does not tell" : `${mounts.length} volumes`} mounted, which no program can say: leave \`volumes\` out.`,
        ]
      : []),
    ...(environment.flags.length > 0
      ? [`An instance has no input for ${environment.flags.join(", ")}: a container made anew does without.`]
      : []),
  ];
  const secrets = secretsOfEnv(environment.env);
  return { args, secrets, notes };
}

/** What runs beside the image, out of Vast's own codes. The in-place update keeps it, so a wrong guess would replace the instance. */
function runtypeOf({ image_runtype: codes }: WireInstance): Bag {
  if (!codes) return {};
  if (codes.includes("jupyter")) return { runtype: "jupyter", ...connectionOf(codes) };
  return codes.includes("ssh") ? { runtype: "ssh", ...connectionOf(codes) } : { runtype: "args" };
}

function connectionOf(codes: string): Bag {
  return codes.includes("direc") ? {} : { connection: "proxy" };
}

/** Variables, published ports, and the docker flags that no input stands for. */
function environmentOf({ extra_env: extraEnv }: WireInstance) {
  const variables: [string, string][] = [];
  const ports: (number | string)[] = [];
  const flags: string[] = [];
  for (const [name, value] of Object.entries(extraEnv ?? {})) {
    const port = parsePort(/^-p\s+(\S+)$/.exec(name)?.[1] ?? "");
    if (port) ports.push(portArgument(port));
    else if (/^-v\s/.test(name)) continue;
    else if (name.startsWith("-")) flags.push(`\`${name}\``);
    else variables.push([name, value]);
  }
  return { env: Object.fromEntries(variables), ports, flags };
}

/** The end of an instance as a number of hours from renting; only its change would move the end. */
function hoursToLive(row: WireInstance): number | undefined {
  const end = expiryOnVast(row);
  if (typeof end !== "number") return undefined;
  return Math.min(8760, Math.max(0.01, hoursFromRent(row, end) ?? 1));
}
