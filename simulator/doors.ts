import { STATUS_CODES } from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

/** How many ports lie ready: a page of the list shows many containers at once, and ports open one by one. */
const SPARE_DOORS = 100;

/** Docker's names of the ports behind which SSH answers: the container's own, and Vast's proxy. */
const SSH_PORTS: readonly string[] = ["22/tcp", "proxy"];

/** What listens inside a container. */
export interface Service {
  /** Status of every answer of its web server. */
  readonly httpStatus: number;
}

/** Real ports on loopback that stand for those of the rented machines. */
export interface Doors {
  /** A port for `inside` of a contract; undefined when none lies ready. */
  open(contractId: number, inside: string): number | undefined;
  close(): Promise<void>;
}

/**
 * Opens the doors. Behind one answers, while `serviceOf` names what listens in its contract, the banner of SSH or a small web
 * server; otherwise the connection is cut, as docker's proxy does it for a container that does not listen.
 */
export async function createDoors(serviceOf: (contractId: number) => Service | undefined): Promise<Doors> {
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
        else if (SSH_PORTS.includes(inside)) socket.write("SSH-2.0-OpenSSH_9.6p1 pretended\r\n");
        else socket.once("data", () => socket.end(page(service)));
      });
      return (server.address() as AddressInfo).port;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all([...spare, ...used].map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

function page({ httpStatus }: Service): string {
  const text = httpStatus === 200 ? "ok" : (STATUS_CODES[httpStatus] ?? "");
  const statusLine = `HTTP/1.1 ${httpStatus} ${STATUS_CODES[httpStatus] ?? ""}`;
  return `${statusLine}\r\ncontent-type: text/plain\r\ncontent-length: ${text.length}\r\nconnection: close\r\n\r\n${text}`;
}
