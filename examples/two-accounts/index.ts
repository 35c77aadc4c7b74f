import * as pulumi from "@pulumi/pulumi";
import * as vastai from "pulumi-vastai";

const config = new pulumi.Config();

/** One instance, rented and paid for by the account that has this key. */
function trainerOf(team: string, apiKey: pulumi.Output<string>) {
  const account = new vastai.Provider(team, {
    apiKey,
    // For all that this stack has in this account, together.
    maxDollarsPerHour: 1,
    maxInstances: 2,
  });
  const trainer = new vastai.Instance(
    `${team}-trainer`,
    {
      offer: { gpuName: "RTX 4090", gpuCount: 1, reliability: { gte: 0.98 } },
      maxDollarsPerHour: 0.6,
      image: "pytorch/pytorch:2.4.0-cuda12.4-cudnn9-runtime",
      diskGb: 32,
      timeToLiveHours: 12,
    },
    // Without it the instance would be rented with the key of the stack, of VAST_API_KEY or of Vast's own key file.
    { provider: account },
  );
  return { instanceId: trainer.instanceId, ssh: trainer.sshCommand, dollarsPerHour: trainer.dollarsPerHour };
}

// Encrypted in the stack's settings and in its state.
export const research = trainerOf("research", config.requireSecret("researchKey"));
export const product = trainerOf("product", config.requireSecret("productKey"));
