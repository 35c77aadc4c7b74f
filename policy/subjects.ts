import { typeToken } from "../provider/kinds.js";
import type { InstanceArguments } from "../provider/resources/instance/inputs.js";
import type { InstanceFacts } from "../provider/resources/instance/outputs.js";
import type { TemplateArguments } from "../provider/resources/template/inputs.js";
import type { VolumeArguments } from "../provider/resources/volume/inputs.js";
import type { VolumeFacts } from "../provider/resources/volume/outputs.js";
import type { Subject } from "./define-rule.js";

export type InstanceProps = Partial<InstanceArguments> & Partial<InstanceFacts>;
export type VolumeProps = Partial<VolumeArguments> & Partial<VolumeFacts>;
export type TemplateProps = Partial<TemplateArguments>;

/** The properties of an Instance; undefined for any other resource. */
export function instanceIn({ type, props }: Subject): InstanceProps | undefined {
  return type === typeToken("Instance") ? props : undefined;
}

/** The properties of a Volume; undefined for any other resource. */
export function volumeIn({ type, props }: Subject): VolumeProps | undefined {
  return type === typeToken("Volume") ? props : undefined;
}

/** The properties of a Template; undefined for any other resource. */
export function templateIn({ type, props }: Subject): TemplateProps | undefined {
  return type === typeToken("Template") ? props : undefined;
}

/** A value that may be known only after the update: reading it in a preview throws. Null is Vast's word for nothing. */
export function known<Value>(read: () => Value): NonNullable<Value> | undefined {
  try {
    return read() ?? undefined;
  } catch (error) {
    // The class is not exported.
    if (error instanceof Error && error.constructor.name === "UnknownValueError") return undefined;
    throw error;
  }
}

/** A number that may be known only after the update. */
export function knownNumber(read: () => unknown): number | undefined {
  const value = known(read);
  return typeof value === "number" ? value : undefined;
}
