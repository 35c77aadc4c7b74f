import * as pulumi from "@pulumi/pulumi";
import * as vastai from "pulumi-vastai";
import type { Options } from "./options.mts";

/** A machine that is up. */
export interface Machine {
  /** Name of its resource: `worker-0`. */
  readonly name: string;
  readonly instanceId: number;
  readonly gpu: string;
  readonly where: string;
  readonly sshHost: string;
  readonly sshPort: number;
  readonly dollarsPerHour: number;
  /** When it was ready, in milliseconds since 1970. */
  readonly readyAt: number;
}

/** Names of the resources, before their numbers. */
export const FLEET = "worker";

/** What the run rents: a Pulumi program as any other, with the machines as its output. */
export function program(options: Options, publicKey?: string): () => Promise<Record<string, unknown>> {
  return async () => {
    const fleet = new vastai.Fleet(FLEET, {
      count: options.count,
      spread: "machine",
      instance: {
        offer: { gpuName: options.gpu, gpuCount: 1 },
        maxDollarsPerHour: options.maxDollarsPerHour,
        image: options.image,
        diskGb: options.diskGb,
        // Only into these machines: it never stands in the account.
        sshPublicKeys: publicKey === undefined ? [] : [publicKey],
        waitFor: { level: "ssh" },
        // A watchdog in each machine, for when this program, its machine or its network are gone.
        timeToLiveHours: options.maxHours,
      },
    });
    const machines = fleet.instances.map(
      ({ instanceId, gpuName: gpu, geolocation: where, sshHost, sshPort, dollarsPerHour }, number) =>
        pulumi.output({ name: `${FLEET}-${number}`, instanceId, gpu, where, sshHost, sshPort, dollarsPerHour }),
    );
    return { machines };
  };
}
