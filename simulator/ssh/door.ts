import type { Socket } from "node:net";
import type { AuthContext, Connection, ServerChannel } from "ssh2";
import { typeAndBlob } from "../contracts/keys.js";
import type { Service, SshDoor } from "../doors.js";
import type { Commands } from "./commands.js";
import type { Ssh2 } from "./library.js";

/** Says who answers. A software version has no blanks and no hyphens (RFC 4253 §4.2). */
const IDENT = "pulumi_vastai_simulator";
/** How often it is looked whether a container still runs, in milliseconds: the world has no timers of its own. */
const LOOK_EVERY_MS = 100;

/** What the SSH servers of all containers share. */
interface DoorParts {
  /** What listens in a contract's container now; undefined while nothing does. */
  readonly serviceOf: (contractId: number) => Service | undefined;
  readonly commands: Commands;
}

/**
 * Real SSH servers inside the containers, with one host key for the life of the simulator. They let in `root` with a key that the container
 * has, and hand commands over. Everything else is refused: passwords, shells, terminals, subsystems, forwarding.
 */
export function createSshDoor(ssh2: Ssh2, { serviceOf, commands }: DoorParts): SshDoor {
  // Not ed25519: ssh2 1.17 writes one such key in 230 in a form that it cannot read.
  const hostKeys = [ssh2.utils.generateKeyPairSync("ecdsa", { bits: 256 }).private];

  function take(socket: Socket, contractId: number): void {
    const bootedAt = serviceOf(contractId)?.listensFrom;
    // Who is logged in when the container stops, or starts anew, is cut off.
    const watch = setInterval(() => {
      if (serviceOf(contractId)?.listensFrom !== bootedAt) socket.destroy();
    }, LOOK_EVERY_MS);
    socket.once("close", () => clearInterval(watch));
    // Small packets go to and fro: held back, each would wait for the acknowledgement of the one before.
    socket.setNoDelay();
    const server = new ssh2.Server({ hostKeys, ident: IDENT }, (client) => serve(client, contractId));
    server.injectSocket(socket);
  }

  function serve(client: Connection, contractId: number): void {
    // A client that hangs up in the middle is no fault of the simulator.
    client.on("error", () => {});
    client.on("authentication", (attempt) => {
      if (isWelcome(attempt, serviceOf(contractId)?.sshKeys ?? [])) attempt.accept();
      else attempt.reject(["publickey"]);
    });
    client.on("session", (accept) => {
      // What has no listener here, ssh2 refuses.
      accept().on("exec", (acceptExec, refuse, { command }) => {
        const service = serviceOf(contractId);
        if (service === undefined) return refuse();
        // There is none for a second command on one channel.
        const channel: ServerChannel | undefined = acceptExec();
        if (channel) commands.run(service, command, channel);
      });
    });
  }

  function isWelcome(attempt: AuthContext, keys: Service["sshKeys"]): boolean {
    if (attempt.username !== "root" || attempt.method !== "publickey") return false;
    const offered = attempt.key.data;
    const known = keys
      .map(({ publicKey }) => ssh2.utils.parseKey(typeAndBlob(publicKey)))
      .find((key) => !(key instanceof Error) && key.getPublicSSH().equals(offered));
    if (known === undefined || known instanceof Error) return false;
    const { signature, blob, hashAlgo } = attempt;
    // Without a signature the client only asks whether the key would do.
    return signature === undefined || (blob !== undefined && known.verify(blob, signature, hashAlgo) === true);
  }

  return { take, close: () => commands.close() };
}
