import { STATUS_CODES } from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { Contract } from "./contracts/contract.js";

/** How many ports lie ready: a page of the list shows many containers at once, and ports open one by one. */
const SPARE_DOORS = 100;

/** Docker's names of the ports behind which SSH answers: the container's own, and Vast's proxy. */
const SSH_PORTS: readonly string[] = ["22/tcp", "proxy"];

/** A container inside which something listens. */
export type Service = Pick<Contract, "id" | "facts" | "recipe" | "sshKeys" | "listensFrom" | "httpStatus">;

/** What speaks SSH behind the doors. */
export interface SshDoor {
  /** Speaks with a client of a contract whose container runs. */
  take(socket: Socket, contractId: number): void;
  /** Waits for the end of all that was started over SSH, once the sockets are closed, and leaves nothing behind. */
  close(): Promise<void>;
}

/** Real ports on loopback that stand for those of the rented machines. */
export interface Doors {
  /** A port for `inside` of a contract; undefined when none lies ready. */
  open(contractId: number, inside: string): number | undefined;
  close(): Promise<void>;
}

/**
 * Opens the doors. Behind one answers, while `serviceOf` names what listens in its contract, SSH (its banner alone without `ssh`) or a
 * small web server; otherwise the connection is cut, as docker's proxy does it for a container that does not listen.
 */
export async function createDoors(
  serviceOf: (contractId: number) => Service | undefined,
  ssh?: SshDoor,
): Promise<Doors> {
  const spare: Server[] = [];
  const used: Server[] = [];
  const sockets = new Set<Socket>();
  const refill = async () => {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", resolve);
    });
    spare.push(server);
  };
  await Promise.all(Array.from({ length: SPARE_DOORS }, refill));

  return {
    open: (contractId, inside) => {
      const server = spare.pop();
      if (server === undefined) return undefined;
      used.push(server);
      // Fewer spare doors are no harm: the port is then one that nobody answers behind.
      refill().catch(() => {});
      server.on("connection", (socket) => {
        sockets.add(socket);
        socket.on("close", () => sockets.delete(socket)).on("error", () => {});
        const service = serviceOf(contractId);
        if (service === undefined) socket.destroy();
        else if (!SSH_PORTS.includes(inside)) socket.once("data", () => socket.end(page(service)));
        else if (ssh !== undefined) ssh.take(socket, contractId);
        else socket.write("SSH-2.0-OpenSSH_9.6p1 pretended\r\n");
      });
      return (server.address() as AddressInfo).port;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await ssh?.close();
      await Promise.all([...spare, ...used].map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

function page({ httpStatus }: Service): string {
  const text = httpStatus === 200 ? "ok" : (STATUS_CODES[httpStatus] ?? "");
  const statusLine = `HTTP/1.1 ${httpStatus} ${STATUS_CODES[httpStatus] ?? ""}`;
  return `${statusLine}\r\ncontent-type: text/plain\r\ncontent-length: ${text.length}\r\nconnection: close\r\n\r\n${text}`;
}
