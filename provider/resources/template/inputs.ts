import { z } from "zod";
import { OfferQuery } from "../../offer/query.js";

/**
 * Everything that can be said about a template. One text for the check at run time, the types of the arguments and the help in the
 * editor. Every change is made in place and gives the template another `hashId`; instances made from it before are not touched.
 */
export const TemplateInputs = z.strictObject({
  /** Name in Vast's console. Default: the resource's name. */
  name: z.string().min(1, "a template needs a name"),
  /** Docker image, with its tag or without, e.g. `pytorch/pytorch:2.4.0-cuda12.4-cudnn9-runtime`, up to 1,024 characters. */
  image: z
    .string()
    .min(1, "an image is a docker reference such as ubuntu:22.04")
    .max(1024, "an image has at most 1,024 characters")
    .regex(/^\S+$/, "an image is a docker reference without blanks"),
  /** Tag of the image where `image` has none. Stored as part of `image`. Default `latest`. */
  tag: z
    .string()
    .regex(/^[^\s:/]+$/, "a tag is a word such as 22.04")
    .optional(),
  /**
   * Environment variables by name. Mark secret ones with `pulumi.secret`; they stay encrypted in the state, and visible on Vast to everybody
   * who sees the template.
   */
  env: z.record(z.string(), z.string()).default({}),
  /** Container ports to publish: `8080`, `"8080/udp"`, `"80:8080"`; at most 64. */
  ports: z.array(z.union([z.number(), z.string()])).default([]),
  /** Further words of docker's command line, one a list item, e.g. `["-h", "trainer"]`. Vast heeds few of them. */
  dockerOptions: z.array(z.string()).default([]),
  /**
   * Bash that runs as root at each start of the container (runtypes ssh and jupyter); with runtype `args` Vast takes it as the entrypoint.
   * With `args` together up to 16,384 characters.
   */
  onstart: z.string().optional(),
  /**
   * What runs beside the image: `ssh` (a login), `jupyter` (notebook and a login), `jupyterLab`, or `args` (only the image's entrypoint).
   * Default `args` when `args` is given, else `ssh`.
   */
  runtype: z.enum(["ssh", "jupyter", "jupyterLab", "args"]).optional(),
  /** `direct`: straight to the machine, with Vast's proxy as the other way; `proxy`: only through Vast's proxy. Default `direct`. */
  connection: z.enum(["direct", "proxy"]).default("direct"),
  /** Arguments of the image's entrypoint, one a list item; implies runtype `args`. */
  args: z.array(z.string()).optional(),
  /** Folder that Jupyter opens. Only with runtype `jupyter` or `jupyterLab`. */
  jupyterDir: z.string().min(1, "jupyterDir is a folder in the container").optional(),
  /** Login for the registry of a private image. Secret. Vast does not tell the password, so a refresh does not see its change. */
  imageLogin: z
    .strictObject({
      /** Registry host, e.g. `docker.io`. Default docker.io. */
      registry: z.string().regex(/^\S+$/, "a registry is a host without blanks").default("docker.io"),
      username: z.string().regex(/^\S+$/, "a user name has no blanks"),
      password: z.string().regex(/^\S+$/, "a registry password or token has no blanks"),
    })
    .optional(),
  /**
   * Which offers the console shows for this template, as an instance's `offer` is written: `{ cudaVersion: { gte: 12.6 } }`. A hint for
   * people: an `Instance` searches by its own `offer`. Default any.
   */
  offer: OfferQuery.optional(),
  /** Disk in GB that the console proposes. Default 8. An `Instance` asks for its own `diskGb`. */
  recommendedDiskGb: z
    .number()
    .positive("recommendedDiskGb is in GB and above 0")
    .max(65_536, "recommendedDiskGb is in GB")
    .default(8),
  /** One or two sentences for the console. */
  description: z.string().default(""),
  /**
   * Keep ` pulumi:<token>` at the end of the description. Vast keeps templates of equal content only once; by the mark no two resources can
   * ever mean the same one, and one whose making was cut off is found again. Default true.
   */
  descriptionMark: z.boolean().default(true),
  /** Longer text in Markdown. Vast does not answer it, so a refresh does not see its change. */
  readme: z.string().default(""),
  /** Show the readme. Default true. */
  readmeVisible: z.boolean().default(true),
  /** Address of the image's page. Default: what Vast makes of the image. */
  href: z.url("href is an address such as https://hub.docker.com/r/vastai/pytorch/").optional(),
  /** Name of the image's repository, e.g. `library/ubuntu`. Default: what Vast makes of the image. */
  repo: z.string().regex(/^\S+$/, "a repository has no blanks").optional(),
  /** Only this account sees it; otherwise all of Vast does, environment included. Default true. */
  private: z.boolean().default(true),
  /** What the console proposes about volumes, in Vast's own words. Mounts nothing. */
  volumeInfo: z.record(z.string(), z.unknown()).optional(),
  /**
   * Take over a template of this account that exists already, by its id, instead of making one. What differs shows in the next preview.
   * Ignored once the template is in the stack.
   */
  adoptTemplateId: z.int().positive("a template id is a whole number above 0").optional(),
  /** Set by the resource class: marks this resource's template on Vast. */
  ownerToken: z.string().optional(),
});

/** Inputs as the program gives them; the name has a default in the resource class. */
export type TemplateArguments = Omit<z.input<typeof TemplateInputs>, "ownerToken" | "name"> & { name?: string };

/** Checked and completed inputs, as they are stored. */
export type TemplateInputs = Omit<z.output<typeof TemplateInputs>, "tag" | "ports" | "runtype"> & {
  /** In the one spelling of api/ports.ts. */
  readonly ports: readonly string[];
  readonly runtype: "ssh" | "jupyter" | "jupyterLab" | "args";
};
