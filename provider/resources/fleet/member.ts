/** What an instance of a fleet shows that a login needs. A value that there is not at the moment is left out. */
export interface Member {
  /** The name of the resource: fleet and number. */
  readonly name: string;
  readonly instanceId?: number | undefined;
  readonly targetState?: string | undefined;
  readonly sshHost?: string | undefined;
  readonly sshPort?: number | undefined;
  readonly gpuName?: string | undefined;
  readonly gpuCount?: number | undefined;
}

/** Where a login goes. */
export interface Login {
  /** The name by which one logs in: the member's, in the letters that every program takes. */
  readonly alias: string;
  readonly host: string;
  readonly port: number;
  /**
   * Under which the machine's key is remembered. Not its address: Vast gives a port to another contract, which has another key, as soon as it is
   * free.
   */
  readonly keyAlias: string;
}

/** The user that Vast's images log in as. */
export const LOGIN_USER = "root";

/** Where the keys of rented machines are remembered, apart from those of machines that stay. */
export const KNOWN_HOSTS = "~/.ssh/known_hosts_vastai";

/** Where one logs in, or why nobody can at the moment. */
export function loginOf({ name, instanceId, targetState, sshHost, sshPort }: Member): Login | { because: string } {
  if (targetState === "stopped") return { because: "it is stopped" };
  if (sshHost === undefined || sshPort === undefined) return { because: "it has no address for SSH at the moment" };
  // It comes from the host's own report, and what is written into a file of settings must be nothing but an address.
  if (!/^[\w.:-]+$/.test(sshHost) || !Number.isInteger(sshPort)) return { because: "its address is none" };
  return { alias: aliasOf(name), host: sshHost, port: sshPort, keyAlias: `vastai-${instanceId ?? aliasOf(name)}` };
}

/** A name as one word that is no pattern. */
export function aliasOf(name: string): string {
  return name.replace(/[^\w.-]+/g, "-").replace(/^-/, "_");
}
