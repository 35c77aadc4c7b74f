import type { Contract } from "./contract.js";
import { capabilitiesOf } from "./runtype.js";

/** Docker's port map as Vast answers it; HostPort is text. */
export type PortMap = Record<string, { HostIp: string; HostPort: string }[]>;

/** Container ports from here on are the same outside as inside. */
const FIRST_IDENTITY_PORT = 70_000;

/** Ports by which the world reaches a running container; empty on machines that forward none. */
export function forwardedPorts(contract: Contract): PortMap {
  return Object.fromEntries(
    wantedPorts(contract).map(({ port, protocol }) => {
      const outside = String(contract.outsidePort(`${port}/${protocol}`));
      const inside = port >= FIRST_IDENTITY_PORT ? outside : String(port);
      const bindings = ["0.0.0.0", "::"].map((HostIp) => ({ HostIp, HostPort: outside }));
      return [`${inside}/${protocol}`, bindings];
    }),
  );
}

function wantedPorts(contract: Contract): { port: number; protocol: string }[] {
  if (contract.facts.direct_port_count === 0) return [];
  const { sshDirect, jupyterDirect } = capabilitiesOf(contract.runtype);
  const wanted = contract.recipe.env.flatMap(([name]) => {
    const [, port, protocol = "tcp"] = /^-p\s+(?:\d+:)?(\d+)(?:\/(tcp|udp))?$/.exec(name.trim()) ?? [];
    return port === undefined ? [] : [{ port: Number(port), protocol }];
  });
  if (jupyterDirect) wanted.unshift({ port: 8080, protocol: "tcp" });
  if (sshDirect) wanted.unshift({ port: 22, protocol: "tcp" });
  return wanted;
}
