/** One published container port. */
export interface PublishedPort {
  /** Port asked for outside; Vast maps it to a free one of the machine. */
  readonly outside: number;
  readonly container: number;
  readonly protocol: "tcp" | "udp";
}

/** Vast publishes at most this many (vast-api.md §2.2). */
export const MOST_PORTS = 64;

/**
 * Reads `8080`, `8080/udp`, `80:8080` or `80:8080/tcp`; undefined when it is none of these. Ports are 1 to 65535, or 70000 and
 * above, which Vast takes as "any free port, the same inside and outside".
 */
export function parsePort(text: string | number): PublishedPort | undefined {
  const match = /^(?:(\d{1,5}):)?(\d{1,5})(?:\/(tcp|udp))?$/.exec(String(text).trim());
  if (!match) return undefined;
  const container = Number(match[2]);
  const outside = Number(match[1] ?? match[2]);
  if (![container, outside].every((port) => (port >= 1 && port <= 65_535) || (port >= 70_000 && port <= 79_999))) {
    return undefined;
  }
  return { outside, container, protocol: match[3] === "udp" ? "udp" : "tcp" };
}

/** The one spelling of a port that is stored and compared: `8080:8080`, `53:53/udp`. */
export function portText(port: PublishedPort): string {
  return `${port.outside}:${port.container}${port.protocol === "udp" ? "/udp" : ""}`;
}

/** The shortest way in which a program says a port: `8080` where the number is the same outside, else {@link portText}. */
export function portArgument(port: PublishedPort): number | string {
  return port.outside === port.container && port.protocol === "tcp" ? port.container : portText(port);
}

/** The docker flag under which Vast takes a port in `env`; its value is "1". */
export function portFlag(text: string): string {
  return `-p ${text}`;
}
