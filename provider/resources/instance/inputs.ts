import { z } from "zod";
import { OfferQuery } from "../../offer/query.js";
import { OrderBy } from "../../offer/rank.js";
import { Placement } from "./fleet/placement-inputs.js";
import { MountedVolumes } from "./volumes/mount-inputs.js";

const positive = (what: string) => z.number().positive(`${what} must be above 0`);
const minutes = (what: string) =>
  positive(`${what} is in minutes and`).max(24 * 60, `${what} is in minutes; the most is 1440 (a day)`);

const KEY_ID = "a key id is a whole number above 0, as a number or a text";

/**
 * Everything that can be said about an instance. One text for the check at run time, the types of the arguments and the help
 * in the editor. What a change of each input does stands in changes.ts.
 */
export const InstanceInputs = z.strictObject({
  /**
   * Rent exactly this offer (the id that a search shows). Offers vanish when somebody rents them, so prefer `offer`. Exactly one
   * of `offerId`, `offer` and `adoptInstanceId` is needed. Changing it replaces the instance.
   */
  offerId: z.int().positive("an offer id is a whole number above 0").optional(),
  /**
   * What to rent, as a query over the market: `{ gpuName: "RTX 4090", gpuCount: 1, reliability: { gte: 0.98 } }`. The best
   * offer by `orderBy` is rented. Matters only when renting: changing it later does nothing until `generation` is changed.
   */
  offer: OfferQuery.optional(),
  /**
   * Which fitting offer is best, e.g. `[{ field: "dlperf", direction: "desc" }]`. Default: the cheapest total, with the wanted
   * disk. Matters only when renting.
   */
  orderBy: OrderBy.optional(),
  /**
   * `on-demand` keeps the GPU until you stop; `interruptible` is a bid that others can outbid; `reserved` searches offers with
   * reserved prices, whose discount starts with a prepayment in the console. Default `on-demand`, or `interruptible` when
   * `bidDollarsPerHour` is given. Changing it replaces the instance.
   */
  rentalType: z.enum(["on-demand", "interruptible", "reserved"]).optional(),
  /**
   * The bid of an interruptible instance in $/h for the whole instance (not per GPU), storage not included. Changing it changes
   * the bid in place.
   */
  bidDollarsPerHour: z
    .number()
    .min(0.001, "a bid is in $/h and at least 0.001")
    .max(128, "a bid is in $/h for the whole instance and at most 128")
    .optional(),
  /**
   * The most to pay while running, in $/h with the disk included, without bandwidth. Checked against the offers, again when renting,
   * and against the contract that came of it; a dearer contract is destroyed. Default: no limit. Matters only when renting, and to `raiseBid` of
   * `onDrift`, which keeps within it.
   */
  maxDollarsPerHour: positive("a price cap is in $/h and").optional(),
  /**
   * Search only verified, rentable, not yet rented offers of Vast's own market, as Vast's clients do. Your own filters win
   * over these. Default true. Matters only when renting.
   */
  defaultFilters: z.boolean().default(true),
  /** How many offers to try before giving up, when one after another is taken, too dear, or fails to boot, 1 to 20. Default 5. */
  maxAttempts: z
    .int("maxAttempts is a whole number from 1 to 20")
    .min(1, "maxAttempts is at least 1")
    .max(20, "maxAttempts is at most 20")
    .default(5),

  /**
   * Docker image, e.g. `pytorch/pytorch:2.4.0-cuda12.4-cudnn9-runtime`, up to 1,024 characters. Needed unless `templateHash` is given.
   * Changing it makes the container anew in place: contract, GPU and address stay, files outside volumes are lost.
   */
  image: z
    .string()
    .min(1, "an image is a docker reference such as ubuntu:22.04")
    .max(1024, "an image has at most 1,024 characters")
    .regex(/^\S+$/, "an image is a docker reference without blanks")
    .optional(),
  /** Hash of a Vast template that supplies what is not given here. Changing it makes the container anew in place. */
  templateHash: z.string().min(1, "a template hash is not empty").optional(),
  /** Disk of the container in GB, at least 8. Default 10. Billed while stopped too. Changing it replaces the instance. */
  diskGb: z
    .number()
    .min(8, "diskGb is in GB and at least 8 (Vast's minimum)")
    .max(65_536, "diskGb is in GB")
    .default(10),
  /**
   * What runs beside your image: `ssh` (a login), `jupyter` (notebook and a login), `jupyterLab`, or `args` (only the image's
   * entrypoint). Default `args` when `args` or `entrypoint` is given, what the template says when there is one, else `ssh`. Changing
   * it replaces the instance.
   */
  runtype: z.enum(["ssh", "jupyter", "jupyterLab", "args"]).optional(),
  /**
   * `direct`: straight to the machine, faster, with Vast's proxy as the way when no port is free; `proxy`: only through Vast's
   * proxy. Default `direct`. Changing it replaces the instance.
   */
  connection: z.enum(["direct", "proxy"]).optional(),
  /** Arguments of the image's entrypoint, one a list item; implies runtype `args`. Changing them makes the container anew. */
  args: z.array(z.string()).optional(),
  /** Program that replaces the image's entrypoint; only with runtype `args`. Changing it makes the container anew. */
  entrypoint: z.string().min(1, "an entrypoint is not empty").optional(),
  /**
   * Bash that runs as root at each start of the container (runtypes ssh and jupyter). With `args` together up to 16,384 characters.
   * Changing it makes the container anew.
   */
  onstart: z.string().optional(),
  /** A file, relative to the program's folder, to read `onstart` from. Its text is what is stored and compared. */
  onstartFile: z.string().min(1, "onstartFile is the path of a file").optional(),
  /**
   * Environment variables by name. Mark secret ones with `pulumi.secret`; they stay encrypted in the state, and visible on the rented
   * machine. Changing them makes the container anew.
   */
  env: z.record(z.string(), z.string()).default({}),
  /**
   * Container ports to publish: `8080`, `"8080/udp"`, `"80:8080"`; at most 64. Vast maps each to a free port of the machine, see the
   * output `publicPorts`. A port from 70000 up has the same number inside and outside. Changing them makes the container anew.
   */
  ports: z.array(z.union([z.number(), z.string()])).default([]),
  /**
   * A volume to mount: one that exists, `{ volumeId, mountPath }`, or one that is made with the rent, `{ sizeGb, mountPath }`; at most
   * one. What is made is named by the outputs `createdVolumeIds` and `createdVolumeName`, and `keepVolumes` governs its end. Changing it replaces
   * the instance; a replacement that makes a new volume gets it empty, so mount the old one by its `volumeId` to take the data along.
   */
  volumes: MountedVolumes.default([]),
  /**
   * What becomes of the volume that the rent made when this instance is deleted or replaced. `true` keeps it with its data, billed, and
   * says so; `false` deletes it with all its data. A destroy looks at the value of the last `pulumi up`; a replacement deletes only when
   * that value and the program's are both false. A volume that exists by itself is never deleted. Default true. Changed in place.
   */
  keepVolumes: z.boolean().default(true),
  /**
   * Keys of the account, by their ids, to be in the instance when create returns: `[laptop.keyId]`. Vast puts every key of the account
   * into a new instance by itself; this makes sure, and puts in one that came later. Not with runtype `args`. Changed in place: a key that
   * is taken off the list is taken out again if this resource had put it in.
   */
  sshKeyIds: z
    .array(
      z.union([z.int(KEY_ID).positive(KEY_ID), z.string().regex(/^[1-9]\d*$/, KEY_ID)]).transform((id) => Number(id)),
    )
    .default([]),
  /**
   * Public keys, each as one line, `ssh-ed25519 AAAA… me@laptop`, to be in this instance when create returns, without being in the account.
   * Never a private key: that is refused, and neither sent nor stored. Not with runtype `args`. Changed in place, as `sshKeyIds`.
   */
  sshPublicKeys: z.array(z.string("a public key is a text")).default([]),
  /**
   * Label in Vast's console, together with the provider's mark up to 256 characters. Default: the resource's name. Changed in place.
   */
  label: z.string().default(""),
  /**
   * Keep ` pulumi:<token>` at the end of the label: by it a machine is found again whose making was cut off, and orphans are listed.
   * Without it a machine is in no state and has no mark when the CLI is killed in the last moment of a create. Default true. Changed in place.
   * An instance with a time to live keeps its end in the label all the same, as ` pulumi:until:<seconds>`.
   */
  labelMark: z.boolean().default(true),
  /**
   * `stopped` keeps the disk, billed, and gives the GPU to others. Default `running`. Changed in place. What somebody else stops is said and not
   * started again, unless `onDrift.stopped` says so; what somebody else starts is stopped again.
   */
  targetState: z.enum(["running", "stopped"]).default("running"),
  /** Login for the registry of a private image. Secret. Changing it replaces the instance. */
  imageLogin: z
    .strictObject({
      /** Registry host, e.g. `docker.io`. Default docker.io. */
      registry: z.string().regex(/^\S+$/, "a registry is a host without blanks").default("docker.io"),
      username: z.string().regex(/^\S+$/, "a user name has no blanks"),
      password: z.string().regex(/^\S+$/, "a registry password or token has no blanks"),
    })
    .optional(),
  /** User that runs inside the container. Default: the image's. Changing it replaces the instance. */
  user: z.string().min(1, "a user is not empty").optional(),
  /** Folder that Jupyter opens. Only with runtype `jupyter` or `jupyterLab`. Changing it replaces the instance. */
  jupyterDir: z.string().min(1, "jupyterDir is a folder in the container").optional(),
  /** Set Python's locale to UTF-8. Default false. Changing it replaces the instance. */
  pythonUtf8: z.boolean().default(false),
  /** Set the system's locale to UTF-8. Default false. Changing it replaces the instance. */
  langUtf8: z.boolean().default(false),
  /** Skip Vast's sanity checks when renting. Default false. Matters only when renting. */
  force: z.boolean().default(false),
  /**
   * Refuse instead of making a stopped contract when the machine cannot start at once. Default true; without it the contract waits for its
   * GPU, its disk billed, until `createMinutes` are over. Matters only when renting.
   */
  cancelUnavailable: z.boolean().default(true),
  /** Rent a virtual machine; needs a VM image and an SSH key in the account. Default false. Changing it replaces the instance. */
  vm: z.boolean().default(false),
  /**
   * A dead-man switch, in hours from renting, up to 8,760: a watchdog in the container destroys the instance when the time is over, also
   * when the program, the pipeline and your machine are dead. It uses the container's own limited key, reads its end from the label, and needs
   * curl, GNU wget or Python 3 in the image, or the means to install curl (else the container's log says that nothing ends it). It runs only while
   * the container does: not while the instance is stopped, outbid, exited or loading, whose disk is billed. Default: none. Changing it sets the
   * end to that many hours from now, in place; adding it to an instance that has none makes the container anew; taking it away makes the
   * watchdog stand down. Not with runtype `args`, which has no start script, and not with `vm`.
   */
  timeToLiveHours: positive("a time to live is in hours and")
    .max(8760, "a time to live is in hours; the most is 8760 (a year)")
    .optional(),
  /** How long to wait before giving up. The machine is kept and stays in the stack; the next `up` goes on waiting. */
  timeouts: z
    .strictObject({
      /**
       * For boots, from the rent to a ready instance, all attempts together, in minutes; waiting for a turn to rent does not count. A host that
       * reports the very same thing for two fifths of it, at least 12 minutes, is given up, unless it loads a `vm`. Default 30.
       */
      createMinutes: minutes("createMinutes").default(30),
      /** For restarts, starts and stops, and for each run that goes on with a create whose time was over, in minutes. Default 20. */
      updateMinutes: minutes("updateMinutes").default(20),
      /** For the confirmation that the instance is gone, in minutes. Default 10. */
      deleteMinutes: minutes("deleteMinutes").default(10),
    })
    .prefault({}),
  /**
   * What counts as ready. Beyond `running` the provider itself calls the instance through its public port until it answers, e.g.
   * `{ level: "http", port: 8080, path: "/health" }`. No key is sent.
   */
  waitFor: z
    .strictObject({
      /**
       * `running`: Vast says that the container is up. `ssh`: SSH greets with its banner, at the machine or at Vast's proxy. `port`: something
       * listens on `port`. `http`: `path` on `port` answers with `status`. Default `running`.
       */
      level: z.enum(["running", "ssh", "port", "http"]).default("running"),
      /** Port inside the container, one of `ports` or 22, TCP. Needed for `port` and `http`. */
      port: z
        .int("port is a whole number")
        .min(1, "port is a port inside the container, 1 to 65535")
        .max(
          65_535,
          "port is a port inside the container, 1 to 65535; one above has no number before the machine gives it",
        )
        .optional(),
      /** What `http` asks for, with the query if it needs one. Default `/`. */
      path: z
        .string()
        .regex(/^\/[\x21-\x7e]*$/, 'path starts with "/" and has neither blanks nor letters that a URL must encode')
        .optional(),
      /** The status that `http` waits for. Redirects are not followed. Default: any from 200 to 399. */
      status: z
        .int("status is a whole number")
        .min(200, "status is one that ends an HTTP answer, 200 to 599")
        .max(599, "status is one that ends an HTTP answer, 200 to 599")
        .optional(),
      /**
       * How long the running instance may take to answer, in minutes, counted from running. Default: what is left of `createMinutes` or
       * `updateMinutes`.
       */
      timeoutMinutes: minutes("timeoutMinutes").optional(),
    })
    .prefault({}),
  /**
   * What to do with an instance that does not boot because of what it was asked to run (image not found, entrypoint ended): `destroy`
   * ends it and its bill; `keep` leaves it in the stack, to be looked at and mended by the next `up`. A fault of the machine is always
   * answered with another machine, up to `maxAttempts`. Default `destroy`. Matters only while the instance is made.
   */
  onBootFailure: z.enum(["destroy", "keep"]).default("destroy"),
  /**
   * What the next `up` does about something that a refresh found, if it finds it still so. `ignore`, the default of each but `startQueued`, says it and
   * leaves the instance alone. A label, image, bid, environment or port that was changed outside is set right by the next `up` like any input, and an
   * instance that is gone is rented anew. Matters only after a refresh.
   */
  onDrift: z
    .strictObject({
      /**
       * Somebody bids more. `raiseBid` bids 5 % above the least bid that wins, up to `maxBidDollarsPerHour` and, with the disk, `maxDollarsPerHour`,
       * and leaves it there; a raised bid is raised again only when Vast names a higher least one. `replace` rents another.
       */
      outbid: z.enum(["ignore", "raiseBid", "replace"]).optional(),
      /**
       * A start waits for a GPU that somebody else has. `wait`, here the default, goes on waiting, and takes the start back when `updateMinutes`
       * are over.
       */
      startQueued: z.enum(["wait", "ignore", "replace"]).optional(),
      /**
       * Somebody stopped it, or Vast did because the account's credit is used up. `start` makes it what `targetState` says, and its GPU is billed
       * again; without it nothing is started that somebody stopped, until `targetState` itself is changed.
       */
      stopped: z.enum(["ignore", "start", "replace"]).optional(),
      /** The container ended by itself; its GPU is billed on. `restart` starts it again on the same machine. */
      exited: z.enum(["ignore", "restart", "replace"]).optional(),
      /**
       * The host does not answer. `replace` rents another, without the data, once it is seen offline a second time, at least ten minutes after a refresh
       * saw it first: most hosts are back by then.
       */
      offline: z.enum(["ignore", "replace"]).optional(),
      /** The contract reached its end; Vast deletes it 48 hours later. */
      lifetimeEnded: z.enum(["ignore", "replace"]).optional(),
      /** The host raised the price above what it was when rented. */
      priceRaised: z.enum(["ignore", "replace"]).optional(),
      /** The host asks for a higher price from the end of the contract on; who does not agree loses the instance then. */
      priceIncreasePending: z.enum(["ignore", "replace"]).optional(),
      /** The most that `raiseBid` may bid, in $/h for the whole instance. Needed for it; not above `maxDollarsPerHour`. */
      maxBidDollarsPerHour: positive("a highest bid is in $/h and").optional(),
    })
    .prefault({}),
  /** Any text or number. Changing it replaces the instance by one that is searched for anew. */
  generation: z.union([z.string(), z.number()]).optional(),
  /** Siblings that this instance keeps away from, and takes turns with. A `Fleet` sets it; matters only when renting and replacing. */
  placement: Placement.optional(),
  /**
   * Take over an instance that exists already, by its id, instead of renting. It is then labelled, updated and destroyed like one of
   * this program. It is neither started nor stopped by that: what the program wants else shows in the next preview. Ignored once the instance
   * is in the stack.
   */
  adoptInstanceId: z.int().positive("an instance id is a whole number above 0").optional(),
  /**
   * With `adoptInstanceId`: take the instance over although its label has the mark of another resource. Says that this one is gone for good, or
   * leaves its program in the same run, which then does not end the instance. Default false.
   */
  takeOver: z.boolean().optional(),
  /** Set by the resource class: marks this resource's contracts on Vast. */
  ownerToken: z.string().optional(),
});

/** Inputs as the program gives them. */
export type InstanceArguments = Omit<z.input<typeof InstanceInputs>, "ownerToken">;

/** Checked and completed inputs, as they are stored. */
export type InstanceInputs = Omit<z.output<typeof InstanceInputs>, "onstartFile" | "ports"> & {
  /** In the one spelling of ports.ts. */
  readonly ports: readonly string[];
  readonly rentalType: "on-demand" | "interruptible" | "reserved";
};
