import * as vastai from "pulumi-vastai";

// JupyterLab on a GPU, reached straight at the machine instead of through Vast's proxy.
const notebook = new vastai.Instance("notebook", {
  offer: {
    gpuName: ["RTX 3090", "RTX 4090"],
    gpuCount: 1,
    reliability: { gte: 0.98 },
    // One port for the notebook, one for SSH; a machine without free ports is reached through the proxy only.
    directPortCount: { gte: 2 },
    // A notebook loads data: a slow line makes a cheap machine dear.
    internetDownMbps: { gte: 200 },
  },
  maxDollarsPerHour: 0.5,
  image: "pytorch/pytorch:2.4.0-cuda12.4-cudnn9-runtime",
  diskGb: 40,
  // Vast installs and starts JupyterLab beside the image, on port 8080.
  runtype: "jupyterLab",
  jupyterDir: "/workspace",
  // That takes a minute or two longer than the container: `up` ends when the notebook can be opened.
  waitFor: { level: "port", port: 8080, timeoutMinutes: 10 },
  // A forgotten notebook is the dearest kind: this one ends itself after a working day, with all that is in it.
  timeToLiveHours: 8,
});

// Holds the token of the notebook, so it is a secret: `pulumi stack output url --show-secrets`.
export const url = notebook.jupyterUrl;
export const ssh = notebook.sshCommand;
export const dollarsPerHour = notebook.dollarsPerHour;
export const endsItself = notebook.expiresAt;
