// The plain provider of the bench: what a competent engineer writes in an afternoon from the quickstart of Vast's REST API. Search, rent
// the first offer, show the instance every ten seconds until it runs. All resources do so at once, as Pulumi runs them, each on its own.
//
// It is meant to do well. About 429 the quickstart says nothing: here every call that gets one is repeated after a pause that doubles from
// one second to thirty, half of it random, for as long as an hour. An offer that another resource has just taken is not tried, and one
// that somebody else has taken leads to the next. A rent is repeated after 429 only: a lost answer is an error, and may cost a machine.
const pulumi = require("@pulumi/pulumi");

const POLL_SECONDS = 10;
const GIVE_UP_AFTER_SECONDS = 3600;

/** Offers that a resource of this process has tried. */
const taken = [];

// The only concession to the bench: its seconds can be shorter than others'.
function sleep(seconds) {
  return new Promise((resolve) => setTimeout(resolve, (seconds * 1000) / Number(process.env.VASTAI_TIME_SCALE || 1)));
}

async function call(method, path, body) {
  let waited = 0;
  for (let pause = 1; ; pause = Math.min(30, pause * 2)) {
    const answer = await fetch(process.env.VAST_URL + path, {
      method,
      headers: { authorization: `Bearer ${process.env.VAST_API_KEY}`, "content-type": "application/json" },
      body: body && JSON.stringify(body),
    });
    if (answer.ok) return answer.json();
    if (answer.status !== 429 || waited > GIVE_UP_AFTER_SECONDS) {
      throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    }
    const seconds = pause * (0.5 + Math.random() / 2);
    waited += seconds;
    await sleep(seconds);
  }
}

async function findOffers(gpuName) {
  const { offers } = await call("POST", "/api/v0/bundles/", {
    verified: { eq: true },
    rentable: { eq: true },
    gpu_name: { eq: gpuName },
    num_gpus: { eq: 1 },
    order: [["dph_total", "asc"]],
    type: "on-demand",
    limit: 64,
  });
  return offers;
}

async function rent({ gpuName, image, diskGb, label }) {
  for (;;) {
    const offers = await findOffers(gpuName);
    if (offers.length === 0) throw new Error(`No ${gpuName} is free.`);
    for (const { id } of offers) {
      if (taken.includes(id)) continue;
      taken.push(id);
      try {
        const answer = await call("PUT", `/api/v0/asks/${id}/`, { image, disk: diskGb, label, runtype: "ssh_direct" });
        return answer.new_contract;
      } catch (error) {
        if (!/no_such_ask/.test(error.message)) throw error;
      }
    }
  }
}

async function show(id) {
  return (await call("GET", `/api/v0/instances/${id}/`)).instances;
}

function outputs(inputs, { actual_status, ssh_host, ssh_port, dph_total }) {
  return { ...inputs, status: actual_status, sshHost: ssh_host, sshPort: ssh_port, dollarsPerHour: dph_total };
}

const provider = {
  async create(inputs) {
    const id = await rent(inputs);
    for (;;) {
      await sleep(POLL_SECONDS);
      const instance = await show(id);
      if (instance?.actual_status === "running") return { id: String(id), outs: outputs(inputs, instance) };
    }
  },

  async diff(_id, olds, news) {
    const replaces = ["gpuName", "image", "diskGb", "label"].filter((key) => olds[key] !== news[key]);
    return { changes: replaces.length > 0, replaces, deleteBeforeReplace: true };
  },

  async read(id, props) {
    const instance = await show(id);
    return instance ? { id, props: outputs(props, instance) } : {};
  },

  async delete(id) {
    await call("DELETE", `/api/v0/instances/${id}/`);
  },
};

class VastInstance extends pulumi.dynamic.Resource {
  constructor(name, args, opts) {
    super(provider, name, { status: undefined, sshHost: undefined, sshPort: undefined, ...args }, opts);
  }
}

exports.VastInstance = VastInstance;
