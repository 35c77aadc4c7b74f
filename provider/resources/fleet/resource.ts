import * as pulumi from "@pulumi/pulumi";
import { bareUrn } from "../../resource.js";
import { Instance, type InstanceArgs } from "../instance/resource.js";
import { fleetFailures } from "./check.js";
import type { FleetArgs } from "./inputs.js";
import { inventoryOf } from "./inventory.js";
import type { Member } from "./member.js";
import { sshConfigOf } from "./ssh-config.js";

/** It stands in users' states and never changes. */
const TYPE = "vastai:index:Fleet";

/**
 * Several instances from one description: `workers-0`, `workers-1` and so on. A number never moves to another machine: growing rents the next
 * numbers, shrinking destroys the highest, and the others are not touched.
 *
 * @example
 * ```typescript
 * const workers = new vastai.Fleet("workers", {
 *   count: 4,
 *   spread: "host",
 *   distinct: true,
 *   rolling: { maxUnavailable: 1 },
 *   instance: { offer: { gpuName: "RTX 4090" }, maxDollarsPerHour: 0.5, image: "ubuntu:22.04" },
 *   overrides: { 0: { diskGb: 200 } },
 * });
 * export const sshConfig = workers.sshConfig;
 * ```
 */
export class Fleet extends pulumi.ComponentResource {
  /** The instances themselves, by their numbers: `workers.instances[0].gpuName`. */
  readonly instances: readonly Instance[];
  /** Ids of the contracts on Vast. */
  readonly instanceIds: pulumi.Output<number[]>;
  /** `ssh -p 20000 root@203.0.113.7` of each; undefined where an instance is not running. So are the next three. */
  readonly sshCommands: pulumi.Output<(string | undefined)[]>;
  readonly sshHosts: pulumi.Output<(string | undefined)[]>;
  readonly sshPorts: pulumi.Output<(number | undefined)[]>;
  /** Public addresses of the machines; undefined where Vast tells none. */
  readonly publicIps: pulumi.Output<(string | undefined)[]>;
  /** Price of each while running, in $/h. */
  readonly dollarsPerHour: pulumi.Output<(number | undefined)[]>;
  /** What all cost together now, in $/h: running ones their price, stopped ones their disk. What has no price is in no sum. */
  readonly totalDollarsPerHour: pulumi.Output<number>;
  /** Text for `~/.ssh/config`, with which `ssh workers-0` logs in. Who cannot be reached is left out with a line that says so. */
  readonly sshConfig: pulumi.Output<string>;
  /** Inventory for Ansible, in YAML, with the instances in one group of the fleet's name. Likewise. */
  readonly inventory: pulumi.Output<string>;

  /** Throws before anything is registered when an argument is wrong. */
  constructor(name: string, args: FleetArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const failures = fleetFailures(args);
    if (failures.length > 0) {
      throw new pulumi.RunError(
        `Fleet "${name}" cannot be made, and nothing of it was registered:\n${failures.map((failure) => `  - ${failure}`).join("\n")}`,
      );
    }
    super(TYPE, name, {}, opts);
    const { count, instance, overrides = {}, spread, distinct, rolling } = args;
    // Two components may each have a fleet of the same name; what follows stack and project in the URN tells them apart.
    const group = bareUrn(name, TYPE, opts.parent).apply((urn) => urn.split("::").slice(2).join("::"));
    const placement = { group, spread, distinct, rolling };
    const childOpts = { parent: this, ...(rolling === undefined ? {} : { deleteBeforeReplace: true }) };
    this.instances = Array.from({ length: count }, (_, number) => {
      const own: InstanceArgs = { ...instance, ...overrides[number], placement };
      return new Instance(`${name}-${number}`, own, childOpts);
    });

    const each = <T>(of: (instance: Instance) => pulumi.Output<T>) =>
      pulumi.all(this.instances.map(of)) as unknown as pulumi.Output<T[]>;
    this.instanceIds = each(({ instanceId }) => instanceId);
    this.sshCommands = each(({ sshCommand }) => sshCommand);
    this.sshHosts = each(({ sshHost }) => sshHost);
    this.sshPorts = each(({ sshPort }) => sshPort);
    this.publicIps = each(({ publicIp }) => publicIp);
    this.dollarsPerHour = each(({ dollarsPerHour }) => dollarsPerHour);
    this.totalDollarsPerHour = each(priceNow).apply((prices) => prices.reduce((sum, price) => sum + price, 0));
    const members = each(memberOf).apply((all) => all.map((facts, i): Member => ({ name: `${name}-${i}`, ...facts })));
    this.sshConfig = members.apply(sshConfigOf);
    this.inventory = members.apply((all) => inventoryOf(name, all));
    // The texts are made anew from the instances whenever the program runs; the state need not hold them twice.
    this.registerOutputs({ instanceIds: this.instanceIds, totalDollarsPerHour: this.totalDollarsPerHour });
  }
}

function priceNow(instance: Instance): pulumi.Output<number> {
  const { targetState, currentState, dollarsPerHour, dollarsPerHourStopped } = instance;
  return pulumi
    .all([targetState, currentState, dollarsPerHour, dollarsPerHourStopped])
    .apply(([wanted, is, running, stopped]) => (wanted === "stopped" || is === "stopped" ? stopped : running) ?? 0);
}

function memberOf(instance: Instance): pulumi.Output<Omit<Member, "name">> {
  const { instanceId, targetState, sshHost, sshPort, gpuName, gpuCount } = instance;
  return pulumi
    .all([instanceId, targetState, sshHost, sshPort, gpuName, gpuCount])
    .apply(([id, state, host, port, gpu, gpus]) => ({
      instanceId: id,
      targetState: state,
      sshHost: host,
      sshPort: port,
      gpuName: gpu,
      gpuCount: gpus,
    }));
}
