import * as pulumi from "@pulumi/pulumi";
import * as vastai from "pulumi-vastai";

const config = new pulumi.Config();

// A bid rents what nobody has on demand, often for half the price, and is stopped as soon as somebody bids more.
const trainer = new vastai.Instance("trainer", {
  offer: { gpuName: "RTX 4090", gpuCount: 1, reliability: { gte: 0.98 } },
  rentalType: "interruptible",
  // In $/h for the GPU. The disk comes on top, and is paid for while somebody else has the GPU, too.
  bidDollarsPerHour: config.getNumber("bidDollarsPerHour") ?? 0.25,
  // When a refresh has found it outbid, the next `pulumi up` bids 5 % more than would win it back, and never more than this.
  onDrift: { outbid: "raiseBid", maxBidDollarsPerHour: 0.4 },
  image: "pytorch/pytorch:2.4.0-cuda12.4-cudnn9-runtime",
  diskGb: 32,
  // Runs at every start of the container: what was interrupted goes on by itself, if it writes checkpoints to the disk, which stays.
  onstart:
    "echo started >> /workspace/starts.log\n# cd /workspace && nohup python train.py --resume checkpoints/latest &",
  // Destroyed after a day, whoever forgets it. The watchdog is in the container, so it sleeps while the instance is outbid.
  timeToLiveHours: 24,
});

export const instanceId = trainer.instanceId;
export const status = trainer.status;
export const ssh = trainer.sshCommand.apply((command) => command ?? "none while it does not run");
export const dollarsPerHour = trainer.dollarsPerHour;
export const dollarsPerHourWhileOutbid = trainer.dollarsPerHourStopped;
