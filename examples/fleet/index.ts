import * as pulumi from "@pulumi/pulumi";
import * as vastai from "pulumi-vastai";

const config = new pulumi.Config();

// No two on one machine, over as many hosts as there are: when one of them goes offline, the others go on.
const workers = new vastai.Fleet("workers", {
  count: config.getNumber("count") ?? 3,
  spread: "host",
  distinct: true,
  rolling: { maxUnavailable: 1 },
  instance: {
    offer: { gpuRamGb: { gte: 24 }, gpuCount: 1, reliability: { gte: 0.98 } },
    maxDollarsPerHour: 0.6,
    image: config.get("image") ?? "ubuntu:22.04",
    diskGb: 16,
    timeToLiveHours: 8,
    // Another text rents other machines, one after the other.
    generation: config.get("generation") ?? "first",
  },
  // The first one gathers what the others make.
  overrides: { 0: { diskGb: 64 } },
});

export const instanceIds = workers.instanceIds;
export const gpus = pulumi.all(workers.instances.map(({ gpuName }) => gpuName));
export const dollarsPerHour = workers.totalDollarsPerHour;
export const sshConfig = workers.sshConfig;
export const inventory = workers.inventory;
