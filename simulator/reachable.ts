import { createDoors, type Doors, type Service } from "./doors.js";
import { commandsOnThisMachine, refusedCommands } from "./ssh/commands.js";
import { createSshDoor } from "./ssh/door.js";
import { loadSsh2, type Ssh2 } from "./ssh/library.js";

/** What of a simulator can be reached; see its options. */
interface Reach {
  readonly reachable?: boolean;
  readonly sshExec?: boolean;
}

/**
 * Opens the doors of a reachable world; undefined for any other. Throws when commands are to run over SSH and nothing can take them.
 * `load` finds the package that speaks SSH.
 */
export async function openDoors(
  { reachable, sshExec }: Reach,
  serviceOf: (contractId: number) => Service | undefined,
  load: () => Promise<Ssh2 | undefined> = loadSsh2,
): Promise<Doors | undefined> {
  if (!reachable) {
    if (sshExec)
      throw new Error("sshExec runs commands on machines that nobody can reach. Set `reachable: true` as well.");
    return undefined;
  }
  const ssh2 = await load();
  if (ssh2 === undefined) {
    if (sshExec) {
      throw new Error(
        "sshExec needs the package ssh2, which is not installed. Install it beside this one: npm install ssh2",
      );
    }
    return createDoors(serviceOf);
  }
  const commands = sshExec ? commandsOnThisMachine() : refusedCommands();
  return createDoors(serviceOf, createSshDoor(ssh2, { serviceOf, commands }));
}
