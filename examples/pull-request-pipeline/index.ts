import * as pulumi from "@pulumi/pulumi";
import * as vastai from "pulumi-vastai";

// One or two workers: a pull request that changes this number shows what it costs.
const count = new pulumi.Config().getNumber("workers") ?? 1;

const workers = Array.from(
  { length: count },
  (_, i) =>
    new vastai.Instance(`worker-${i + 1}`, {
      offer: { gpuName: "RTX 4090", gpuCount: 1, reliability: { gte: 0.98 } },
      maxDollarsPerHour: 0.5,
      image: "pytorch/pytorch:2.4.0-cuda12.4-cudnn9-runtime",
      diskGb: 32,
      // Ends by itself when every pipeline is dead.
      timeToLiveHours: 72,
      // What the drift job finds fails it only if the next deployment is to do something about it. A host has to be offline for ten minutes, as two
      // deployments see it, before its worker is replaced.
      onDrift: { exited: "restart", stopped: "start", offline: "replace" },
    }),
);

export const ssh = workers.map(({ sshCommand }) => sshCommand);
export const dollarsPerHour = pulumi
  .all(workers.map((worker) => worker.dollarsPerHour))
  .apply((prices) => prices.reduce<number>((sum, price) => sum + (price ?? 0), 0));
