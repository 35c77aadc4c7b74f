import * as pulumi from "@pulumi/pulumi";
import * as vastai from "pulumi-vastai";

// The cheapest single RTX 4090 on a reliable, verified machine, at no more than half a dollar an hour.
const trainer = new vastai.Instance("trainer", {
  offer: { gpuName: "RTX 4090", gpuCount: 1, reliability: { gte: 0.98 } },
  maxDollarsPerHour: 0.5,
  image: "pytorch/pytorch:2.4.0-cuda12.4-cudnn9-runtime",
  diskGb: 32,
  label: new pulumi.Config().get("label") ?? "trainer",
});

export const instanceId = trainer.instanceId;
export const ssh = trainer.sshCommand;
export const dollarsPerHour = trainer.dollarsPerHour;
export const gpu = trainer.gpuName;
export const where = trainer.geolocation;
