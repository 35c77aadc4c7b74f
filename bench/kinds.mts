import type { Exchange } from "./wire-tap.mts";

/** What a request is for. */
export type Kind = "search" | "rent" | "list" | "show" | "manage" | "destroy" | "other";

const KINDS: readonly (readonly [route: RegExp, kind: Kind])[] = [
  [/^(POST|GET) \/api\/v0\/bundles\/$|^PUT \/api\/v0\/search\/asks\/$/, "search"],
  [/^PUT \/api\/v0\/asks\/\d+\/$/, "rent"],
  [/^GET \/api\/v[01]\/instances\/$/, "list"],
  [/^GET \/api\/v0\/instances\/\d+\/$/, "show"],
  [/^PUT \/api\/v0\/instances\/\d+\/$/, "manage"],
  [/^DELETE \/api\/v0\/instances\/(\d+\/)?$/, "destroy"],
];

export function kindOf({ method, path }: Pick<Exchange, "method" | "path">): Kind {
  const route = `${method} ${path.replace(/\/*$/, "/")}`;
  return KINDS.find(([pattern]) => pattern.test(route))?.[1] ?? "other";
}

/** How many requests there were of each kind. */
export function countByKind(exchanges: readonly Exchange[]): Partial<Record<Kind, number>> {
  const counts: Partial<Record<Kind, number>> = {};
  for (const exchange of exchanges) counts[kindOf(exchange)] = (counts[kindOf(exchange)] ?? 0) + 1;
  return counts;
}
