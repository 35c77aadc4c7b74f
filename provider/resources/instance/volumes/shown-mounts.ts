import type { WireInstance } from "../../../api/instance-row.js";
import type { InstanceInputs } from "../inputs.js";

/** A volume as it shows in an instance. */
export interface ShownMount {
  /** Undefined where the row does not tell it: only the list does. */
  readonly volumeId?: number;
  readonly name: string;
  readonly mountPath: string;
}

/** The volumes in a container: each is a docker flag there (recorded 2026-10-06), and the list tells its id beside. */
export function mountsOf({ extra_env: extraEnv, volume_info: volumes }: WireInstance): ShownMount[] {
  return Object.keys(extraEnv ?? {}).flatMap((flag) => {
    const [, name, mountPath] = /^-v\s+(\w[\w.]*):(\/\S*)$/.exec(flag) ?? [];
    if (name === undefined || mountPath === undefined) return [];
    const id = volumes?.find(({ label }) => label === name)?.id ?? /^V\.(\d+)$/.exec(name)?.[1];
    return [{ ...(id === undefined ? {} : { volumeId: Number(id) }), name, mountPath }];
  });
}

/** The docker flags of the volumes as the row has them. An in-place update sends the whole environment, and the mount stands in it. */
export function mountFlags(row: WireInstance): Record<string, string> {
  return Object.fromEntries(mountsOf(row).map(({ name, mountPath }) => [`-v ${name}:${mountPath}`, "1"]));
}

/** Whether the container has what the program mounts. A row that does not show its environment says nothing. */
export function hasMounts(row: WireInstance, wanted: InstanceInputs["volumes"]): boolean {
  if (!row.extra_env) return true;
  const shown = mountsOf(row);
  const fits = ({ volumeId, mountPath }: InstanceInputs["volumes"][number]) =>
    shown.some((mount) => {
      const isOther = volumeId !== undefined && mount.volumeId !== undefined && mount.volumeId !== volumeId;
      return mount.mountPath === mountPath && !isOther;
    });
  return shown.length === wanted.length && wanted.every(fits);
}
