import type { RentBody, RentVolumeInfo } from "../../../api/instances.js";
import { portFlag } from "../../../api/ports.js";
import type { InstanceInputs } from "../inputs.js";

/** The codes that Vast's own client sends; "direc" is how the service spells it (vast-api.md §2.2). */
const RUNTYPE_CODES = {
  ssh: { direct: "ssh_direc ssh_proxy", proxy: "ssh_proxy" },
  jupyter: { direct: "jupyter_direc ssh_direc ssh_proxy", proxy: "jupyter_proxy ssh_proxy" },
} as const;

/** Vast's code for what runs beside the image; undefined leaves it to the template. */
function runtypeCode({
  runtype,
  connection = "direct",
}: Pick<InstanceInputs, "runtype" | "connection">): string | undefined {
  if (runtype === undefined || runtype === "args") return runtype;
  return RUNTYPE_CODES[runtype === "jupyterLab" ? "jupyter" : runtype][connection];
}

/** The environment as Vast takes it: variables by name, and docker flags as names with the value "1". */
export function envOf({ env, ports }: Pick<InstanceInputs, "env" | "ports">): Record<string, string> {
  return { ...env, ...Object.fromEntries(ports.map((port) => [portFlag(port), "1"])) };
}

/** What of a rent is the caller's to say. */
export interface RentDetails {
  /** A start script with a watchdog, in the place of the program's. */
  readonly guardedOnstart?: string | undefined;
  readonly volumeInfo?: RentVolumeInfo | undefined;
}

/** Renting in Vast's words. The label is the caller's: it is what finds the contract again. */
export function toRentBody(
  inputs: InstanceInputs,
  label: string,
  { guardedOnstart, volumeInfo }: RentDetails = {},
): RentBody {
  const { imageLogin: login } = inputs;
  const body: RentBody = {
    client_id: "me",
    ...containerBody(inputs),
    ...given("onstart", guardedOnstart ?? inputs.entrypoint ?? inputs.onstart),
    env: envOf(inputs),
    disk: inputs.diskGb,
    label,
    target_state: inputs.targetState,
    // Vast's own client sends false, and a machine that is taken then leaves a stopped contract that bills its disk.
    cancel_unavail: inputs.cancelUnavailable,
  };
  return {
    ...body,
    ...given("runtype", runtypeCode(inputs)),
    ...given("price", inputs.bidDollarsPerHour),
    ...given("image_login", login && `-u ${login.username} -p ${login.password} ${login.registry}`),
    ...given("user", inputs.user),
    ...given("use_jupyter_lab", inputs.runtype === "jupyterLab" || undefined),
    ...given("jupyter_dir", inputs.jupyterDir),
    ...given("python_utf8", inputs.pythonUtf8 || undefined),
    ...given("lang_utf8", inputs.langUtf8 || undefined),
    ...given("vm", inputs.vm || undefined),
    ...given("force", inputs.force || undefined),
    ...given("volume_info", volumeInfo),
  };
}

/** The parts of the request that the in-place update takes as well. Nothing that the program leaves to the template. */
export function containerBody(
  inputs: Pick<InstanceInputs, "image" | "templateHash" | "onstart" | "entrypoint" | "args">,
): Partial<Pick<RentBody, "image" | "template_hash_id" | "onstart" | "args">> {
  return {
    ...given("image", inputs.image),
    ...given("template_hash_id", inputs.templateHash),
    ...given("onstart", inputs.entrypoint ?? inputs.onstart),
    ...given("args", inputs.args && [...inputs.args]),
  };
}

/** What the program wants to run in its container, each text on its own. */
export function programTexts({
  args = [],
  entrypoint,
  onstart,
}: Pick<InstanceInputs, "args" | "entrypoint" | "onstart">): string[] {
  return [...args, entrypoint, onstart].filter((text) => text !== undefined);
}

function given<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [K in Key]?: Value });
}
