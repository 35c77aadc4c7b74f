import * as pulumi from "@pulumi/pulumi";
import * as vastai from "pulumi-vastai";

const config = new pulumi.Config();

// Runs at every start of a container, so it goes on from the last checkpoint.
const onstart = `mkdir -p $CHECKPOINTS
# cd /data && nohup python train.py --epochs $EPOCHS --resume $CHECKPOINTS > train.log 2>&1 &`;

// What runs: one text for all trainers, and for the console. An edit makes the containers made of it anew, in place.
const training = new vastai.Template("training", {
  image: "pytorch/pytorch:2.4.0-cuda12.4-cudnn9-runtime",
  runtype: "ssh",
  env: { EPOCHS: config.get("epochs") ?? "10", CHECKPOINTS: "/data/checkpoints" },
  onstart,
});

// Who may log in. Public keys only; the private one stays where it is.
const laptop = new vastai.SshKey("laptop", { publicKeyFile: config.get("publicKeyFile") ?? "~/.ssh/id_ed25519.pub" });

// What lasts: data set and checkpoints, on the machine that the trainers are rented on. A volume never moves.
const data = new vastai.Volume("data", {
  machineId: config.requireNumber("machineId"),
  sizeGb: 50,
  maxDollarsPerMonth: 15,
  // Without this consent neither a destroy nor a change of size deletes it.
  allowDataLoss: config.getBoolean("allowDataLoss") ?? false,
});

// What is dear: rented while there is something to train, and given back without the data. `volumes` leads it to the volume's machine.
const isTraining = config.getBoolean("isTraining") ?? true;
const trainer = isTraining
  ? new vastai.Instance("trainer", {
      offer: { gpuCount: 1 },
      maxDollarsPerHour: 0.5,
      diskGb: 24,
      templateHash: training.hashId,
      // Ends itself after a day. The watchdog is a start script of its own: the template's has to be repeated, and what runs it said here.
      runtype: "ssh",
      onstart,
      timeToLiveHours: 24,
      volumes: [{ volumeId: data.volumeId, mountPath: "/data" }],
      sshKeyIds: [laptop.keyId],
    })
  : undefined;

export const ssh = trainer?.sshCommand ?? "no trainer";
export const dollarsPerHour = trainer?.dollarsPerHour ?? 0;
export const dollarsPerMonthOfData = data.dollarsPerMonth;
