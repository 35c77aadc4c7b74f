/** A property bag as the engine sends it: JSON, with secrets in the clear and unknowns as marker texts. */
export type Bag = Record<string, unknown>;

/** The key under which a resource carries the text of its provider. It must come back in everything we return. */
export const PROVIDER_KEY = "__provider";

/**
 * The texts that stand for "not known yet" in previews, and in real updates when a dependency is replaced. The Node SDK
 * sends the first for every type; the others are the engine's typed ones (pulumi sdk/go/common/resource/plugin/rpc.go).
 */
const UNKNOWNS = new Set([
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** True when the value is, or holds at any depth, something that is not known yet. */
export function holdsUnknown(value: unknown): boolean {
  if (typeof value === "string") return UNKNOWNS.has(value);
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(holdsUnknown);
}

/** Splits a bag into the keys that are known and those that are not; drops nulls, which mean "not given". */
export function splitUnknown(bag: Bag): { known: Bag; unknown: Bag } {
  const given = Object.entries(bag).filter(
    ([key, value]) => key !== PROVIDER_KEY && value !== null && value !== undefined,
  );
  return {
    known: Object.fromEntries(given.filter(([, value]) => !holdsUnknown(value))),
    unknown: Object.fromEntries(given.filter(([, value]) => holdsUnknown(value))),
  };
}

/**
 * A value that survives the way to the engine. `undefined` anywhere would fail the call *after* the API was called and lose
 * a paid machine, so it is dropped; dates become ISO text; numbers and dates that are none become null, as in JSON; what
 * has no JSON form is an error that names its place.
 */
export function toWire(value: unknown, path = "outputs"): unknown {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (Array.isArray(value)) return value.map((item, i) => toWire(item ?? null, `${path}[${i}]`));
  if (isPlainObject(value)) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return Object.fromEntries(entries.map(([key, item]) => [key, toWire(item, `${path}.${key}`)]));
  }
  throw new TypeError(`${path} is a ${typeof value} and cannot be stored in the Pulumi state`);
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
