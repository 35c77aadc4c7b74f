import * as pulumi from "@pulumi/pulumi";
import * as vastai from "pulumi-vastai";

const config = new pulumi.Config();

// A machine that was rented in the console becomes part of the stack. Nothing is rented, and what runs there runs on.
const trainer = new vastai.Instance("trainer", {
  // The id that the console and `vastai show instances` show. Once the instance is in the stack it is ignored and can go.
  adoptInstanceId: config.requireNumber("instanceId"),
  // As it was rented. A disk cannot be resized, so another size is refused instead of renting anew one day.
  diskGb: config.requireNumber("diskGb"),
  // Image, environment and start script are left out, and so they stay as they are: a change of one makes the container anew.
  label: config.get("label") ?? "trainer",
});

export const instanceId = trainer.instanceId;
export const ssh = trainer.sshCommand;
export const gpu = trainer.gpuName;
export const dollarsPerHour = trainer.dollarsPerHour;
