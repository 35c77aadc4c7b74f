import { readFileSync } from "node:fs";
import { MOST_PORTS, parsePort, portText } from "../../api/ports.js";
import { checkBySchema } from "../../engine/check.js";
import type { CheckFailure, Noun } from "../../engine/lifecycle.js";
import type { Bag } from "../../engine/values.js";
import { messageOf } from "../../errors.js";
import { parsePublicKey } from "../../public-key.js";
import { InstanceInputs } from "./inputs.js";
import { endsLikeOurs, finishedLabel, LONGEST_LABEL } from "./label.js";
import { JUPYTER_PORT } from "./outputs.js";
import { watchdogProblem } from "./time-to-live/time-to-live.js";
import { withWatchdog } from "./time-to-live/watchdog.js";
import { mountFailures } from "./volumes/mount-inputs.js";

/** Inputs whose values are not repeated in messages. A public key may be a private one, given by mistake. */
const SECRET_INPUTS = ["imageLogin", "env", "args", "onstart", "sshPublicKeys"];

/** Vast's limit of `args` and `onstart` together (vast-api.md §7: recorded). */
const MOST_ARGS_CHARACTERS = 16_384;
/** Stands for any API address when characters are counted. */
const LONGEST_API_URL = "https://".padEnd(60, "x");
/** Stands for any token, likewise. */
const LONGEST_TOKEN = "0".repeat(24);
/** Vast's limits of `env` (vast-api.md §2.2). */
const LONGEST_ENV_NAME = 256;
const MOST_ENV_CHARACTERS = 32_768;

/** Port that Vast publishes by itself for its login, as it does for its notebook, when they are reached directly. */
const SSH_PORT = 22;

type Given = Bag & Partial<ReturnType<typeof InstanceInputs.parse>>;

/**
 * Checks and completes an instance's inputs. Pure but for reading `onstartFile`. A rule that needs an input which is not known yet
 * is left out: the same check runs again when all is known.
 */
export const checkInstance: Noun<unknown>["check"] = (known, unknown) => {
  const file = readOnstart(known);
  const checked = checkBySchema(InstanceInputs, file.inputs, SECRET_INPUTS);
  const { sshPublicKeys: _, ...harmless } = known;
  if (!checked.inputs) return { inputs: harmless, failures: [...file.failures, ...checked.failures] };

  const inputs: Given = checked.inputs;
  const keys = keyFailures(inputs);
  if (keys.length > 0) return { inputs: harmless, failures: [...file.failures, ...keys] };
  // Rules ask only whether there is a template: so a preview can tell what is wrong beside one that it is about to make.
  const given = unknown.has("templateHash") ? { ...inputs, templateHash: "unknown" } : inputs;
  const failures = rules.flatMap((rule) => {
    if (rule.reads.some((key) => unknown.has(key))) return [];
    return rule.check(given).map(([property, reason]) => ({ property, reason }));
  });
  return { inputs: complete(inputs, unknown), failures: [...file.failures, ...failures] };
};

/** Puts the text of `onstartFile` in the place of `onstart`, so that a change of the file is a change of the instance. */
function readOnstart(known: Bag): { inputs: Bag; failures: CheckFailure[] } {
  const { onstartFile, ...inputs } = known;
  if (typeof onstartFile !== "string") return { inputs: known, failures: [] };
  if (inputs.onstart !== undefined) {
    return { inputs, failures: [{ property: "onstartFile", reason: "give `onstart` or `onstartFile`, not both." }] };
  }
  try {
    return { inputs: { ...inputs, onstart: readFileSync(onstartFile, "utf8") }, failures: [] };
  } catch (error) {
    const reason = `the file "${onstartFile}" cannot be read (${messageOf(error)}); give a path relative to the program's folder.`;
    return { inputs, failures: [{ property: "onstartFile", reason }] };
  }
}

/** What runs beside the image, as far as the program says; a template says the rest itself. */
function runtypeOf({ runtype, args, entrypoint, templateHash }: Given): Given["runtype"] {
  const usesArgs = args !== undefined || entrypoint !== undefined;
  return runtype ?? (usesArgs ? "args" : templateHash === undefined ? "ssh" : undefined);
}

/** Fills in what depends on other inputs, and brings ports to one spelling. */
function complete(inputs: Given, unknown: ReadonlySet<string>): Bag {
  const interruptible = inputs.bidDollarsPerHour !== undefined || unknown.has("bidDollarsPerHour");
  return {
    ...inputs,
    rentalType: inputs.rentalType ?? (interruptible ? "interruptible" : "on-demand"),
    // What is not known yet is given all the same: a default in its place would announce a replacement that nobody asked for.
    runtype: runtypeOf({
      ...inputs,
      ...(unknown.has("templateHash") ? { templateHash: "unknown" } : {}),
      ...(unknown.has("args") ? { args: [] } : {}),
      ...(unknown.has("entrypoint") ? { entrypoint: "unknown" } : {}),
    }),
    ...(inputs.sshPublicKeys === undefined ? {} : { sshPublicKeys: inputs.sshPublicKeys.map((key) => key.trim()) }),
    ports: (inputs.ports ?? []).map((port) => {
      const parsed = parsePort(port);
      return parsed ? portText(parsed) : String(port);
    }),
  };
}

/** What is wrong with the public keys. They are neither repeated nor handed back. */
function keyFailures({ sshPublicKeys = [] }: Given): CheckFailure[] {
  return sshPublicKeys.flatMap((text, i) => {
    const key = parsePublicKey(text);
    return "problem" in key ? [{ property: `sshPublicKeys.${i}`, reason: key.problem }] : [];
  });
}

interface Rule {
  readonly reads: readonly (keyof Given & string)[];
  check(inputs: Given): [property: string, reason: string][];
}

function rule(reads: Rule["reads"], check: Rule["check"]): Rule {
  return { reads, check };
}

const rules: readonly Rule[] = [
  rule(["offerId", "offer", "adoptInstanceId"], ({ offerId, offer, adoptInstanceId }) => {
    if (offerId !== undefined && offer !== undefined) {
      return [["offerId", "give `offerId` or `offer`, not both: one names the offer, the other searches for one."]];
    }
    return offerId === undefined && offer === undefined && adoptInstanceId === undefined
      ? [["offer", 'nothing says what to rent; give `offer`, e.g. { gpuName: "RTX 4090" }, or `offerId`.']]
      : [];
  }),
  rule(["image", "adoptInstanceId"], ({ image, templateHash, adoptInstanceId }) =>
    image === undefined && templateHash === undefined && adoptInstanceId === undefined
      ? [["image", 'nothing says what to run; give `image`, e.g. "ubuntu:22.04", or `templateHash`.']]
      : [],
  ),
  rule(["rentalType", "bidDollarsPerHour"], ({ rentalType, bidDollarsPerHour }) => {
    if (bidDollarsPerHour === undefined) {
      return rentalType === "interruptible"
        ? [
            [
              "bidDollarsPerHour",
              "an interruptible instance needs a bid in $/h; an offer's `min_bid` is the least that runs.",
            ],
          ]
        : [];
    }
    return rentalType === "on-demand" || rentalType === "reserved"
      ? [
          [
            "bidDollarsPerHour",
            `a bid makes an instance interruptible, but rentalType is "${rentalType}"; leave one of them out.`,
          ],
        ]
      : [];
  }),
  rule(["bidDollarsPerHour", "maxDollarsPerHour"], ({ bidDollarsPerHour: bid, maxDollarsPerHour: cap }) =>
    bid !== undefined && cap !== undefined && bid > cap
      ? [
          [
            "maxDollarsPerHour",
            `the cap of ${cap} $/h is below the bid of ${bid} $/h, so nothing could be rented; raise it or lower the bid.`,
          ],
        ]
      : [],
  ),
  rule(["onDrift", "bidDollarsPerHour"], ({ onDrift }) =>
    onDrift?.outbid === "raiseBid" && onDrift.maxBidDollarsPerHour === undefined
      ? [["onDrift.maxBidDollarsPerHour", "`raiseBid` needs the most that it may bid, in $/h."]]
      : [],
  ),
  rule(["onDrift", "maxDollarsPerHour"], ({ onDrift, maxDollarsPerHour: cap }) => {
    const most = onDrift?.outbid === "raiseBid" ? onDrift.maxBidDollarsPerHour : undefined;
    return most !== undefined && cap !== undefined && most > cap
      ? [
          [
            "onDrift.maxBidDollarsPerHour",
            `a bid may be raised to ${most} $/h, and maxDollarsPerHour is ${cap} $/h with the disk; lower the one or raise the other.`,
          ],
        ]
      : [];
  }),
  rule(["runtype", "args", "entrypoint", "onstart"], ({ runtype, args, entrypoint, onstart }) => [
    ...(args && runtype && runtype !== "args"
      ? [
          [
            "args",
            `args go to the image's entrypoint, which runtype "${runtype}" does not run; set runtype "args" or use \`onstart\`.`,
          ] as [string, string],
        ]
      : []),
    ...(entrypoint && runtype && runtype !== "args"
      ? [
          ["entrypoint", `an entrypoint is run only by runtype "args", and it is "${runtype}"; use \`onstart\`.`] as [
            string,
            string,
          ],
        ]
      : []),
    // Vast takes the entrypoint in the field of the start script (vast-api.md §4, no. 51).
    ...(entrypoint && onstart
      ? [["entrypoint", "Vast has one field for `entrypoint` and `onstart`; give one of them."] as [string, string]]
      : []),
  ]),
  rule(["runtype", "jupyterDir"], ({ runtype, jupyterDir }) =>
    jupyterDir && runtype && !runtype.startsWith("jupyter")
      ? [["jupyterDir", `there is no Jupyter with runtype "${runtype}"; set runtype "jupyterLab" or leave it out.`]]
      : [],
  ),
  rule(
    ["args", "onstart", "entrypoint", "timeToLiveHours"],
    ({ args = [], onstart = "", entrypoint = "", timeToLiveHours }) => {
      const watchdog = timeToLiveHours === undefined ? 0 : withWatchdog("", 1e10, LONGEST_API_URL).length;
      const characters = args.join(" ").length + onstart.length + entrypoint.length + watchdog;
      return characters > MOST_ARGS_CHARACTERS
        ? [
            [
              onstart ? "onstart" : "args",
              `onstart and args have ${characters} characters together and may have ${MOST_ARGS_CHARACTERS}; fetch the rest inside the container.`,
            ],
          ]
        : [];
    },
  ),
  rule(["label", "labelMark", "ownerToken", "timeToLiveHours"], (inputs) => {
    const { label = "", labelMark = true, ownerToken = LONGEST_TOKEN, timeToLiveHours } = inputs;
    if (endsLikeOurs(label)) return [["label", `"${label}" ends like this provider's own mark; choose another label.`]];
    const { length } = finishedLabel(label, ownerToken, labelMark, timeToLiveHours === undefined ? undefined : 1e10);
    return length > LONGEST_LABEL
      ? [
          [
            "label",
            `the label has ${label.length} characters; with the provider's mark it is ${length} and may be ${LONGEST_LABEL}. Shorten it.`,
          ],
        ]
      : [];
  }),
  rule(["timeToLiveHours", "runtype", "args", "entrypoint", "onstart", "adoptInstanceId", "vm", "env"], (inputs) => {
    const problem = inputs.timeToLiveHours === undefined ? undefined : watchdogProblem(inputs);
    return problem === undefined ? [] : [["timeToLiveHours", problem]];
  }),
  rule(["volumes"], ({ volumes = [] }) => mountFailures(volumes)),
  rule(["sshKeyIds", "sshPublicKeys", "runtype", "args", "entrypoint"], (inputs) => {
    const named = (["sshKeyIds", "sshPublicKeys"] as const).find((key) => (inputs[key] ?? []).length > 0);
    return named !== undefined && runtypeOf(inputs) === "args"
      ? [[named, 'there is no SSH login with runtype "args"; set runtype "ssh" with `onstart`, or leave the keys out.']]
      : [];
  }),
  rule(["ports"], ({ ports = [] }) => [
    ...(ports.length > MOST_PORTS
      ? [
          ["ports", `${ports.length} ports are given and Vast publishes at most ${MOST_PORTS}; leave some out.`] as [
            string,
            string,
          ],
        ]
      : []),
    ...ports.flatMap((port, i): [string, string][] =>
      parsePort(port)
        ? []
        : [
            [
              `ports.${i}`,
              `"${port}" is no port; write 8080, "8080/udp" or "80:8080", with ports from 1 to 65535, or 70000 and above for equal numbers.`,
            ],
          ],
    ),
  ]),
  rule(["waitFor"], ({ waitFor = { level: "running" } }) => {
    const { level, port, path, status, timeoutMinutes } = waitFor;
    const asksPort = level === "port" || level === "http";
    const failures: [string, string][] = [];
    if (asksPort && port === undefined)
      failures.push(["waitFor.port", `level "${level}" needs the port inside the container, e.g. \`port: 8080\`.`]);
    if (!asksPort && port !== undefined)
      failures.push([
        "waitFor.port",
        `port ${port} is not asked by level "${level}"; set level "port" or "http", or leave it out.`,
      ]);
    for (const [name, value] of Object.entries({ path, status })) {
      if (level === "http" || value === undefined) continue;
      failures.push([
        `waitFor.${name}`,
        `${name} ${JSON.stringify(value)} is of use only with level "http", and it is "${level}"; leave it out.`,
      ]);
    }
    if (level === "running" && timeoutMinutes !== undefined)
      failures.push([
        "waitFor.timeoutMinutes",
        'it is counted from running, which is all that level "running" waits for; use `timeouts.createMinutes`.',
      ]);
    return failures;
  }),
  rule(["waitFor", "runtype", "args", "entrypoint"], (inputs) =>
    inputs.waitFor?.level === "ssh" && runtypeOf(inputs) === "args"
      ? [
          [
            "waitFor.level",
            'nothing answers "ssh" with runtype "args"; set level "port" or "http", or runtype "ssh" with `onstart`.',
          ],
        ]
      : [],
  ),
  rule(["waitFor", "ports", "runtype", "connection", "args", "entrypoint", "adoptInstanceId"], (inputs) => {
    const port = inputs.waitFor?.port;
    // A template and an earlier program can publish more than this one says.
    if (port === undefined || inputs.templateHash !== undefined || inputs.adoptInstanceId !== undefined) return [];
    return publishedPorts(inputs).has(port)
      ? []
      : [
          [
            "waitFor.port",
            `nobody outside can reach port ${port}, for it is not published over TCP; add ${port} to \`ports\`.`,
          ],
        ];
  }),
  rule(["env"], ({ env = {} }) => {
    const names = Object.keys(env);
    const characters = names.reduce((sum, name) => sum + name.length + (env[name] ?? "").length, 0);
    return [
      ...(characters > MOST_ENV_CHARACTERS
        ? [
            [
              "env",
              `the environment has ${characters} characters and may have ${MOST_ENV_CHARACTERS}; put large values in a file.`,
            ] as [string, string],
          ]
        : []),
      ...names.flatMap((name): [string, string][] => {
        if (name.length > LONGEST_ENV_NAME)
          return [["env", `a name of ${name.length} characters is longer than ${LONGEST_ENV_NAME}.`]];
        // Vast reads names that begin with a dash as docker flags; ports have an input of their own.
        return /^[A-Za-z_][\w.-]*$/.test(name)
          ? []
          : [[`env.${name}`, `"${name}" is no name of a variable; ports belong into \`ports\`.`]];
      }),
    ];
  }),
];

/** The container's ports that the world can reach over TCP: those of the program, and those of Vast's own services. */
function publishedPorts(inputs: Given): Set<number> {
  const own = (inputs.ports ?? []).flatMap((text) => {
    const port = parsePort(text);
    return port?.protocol === "tcp" ? [port.container] : [];
  });
  const runtype = runtypeOf(inputs) ?? "args";
  if (runtype === "args" || inputs.connection === "proxy") return new Set(own);
  return new Set([...own, SSH_PORT, ...(runtype === "ssh" ? [] : [JUPYTER_PORT])]);
}
