import { splitImage } from "../../api/image.js";
import { MOST_PORTS, parsePort, portText } from "../../api/ports.js";
import { checkBySchema } from "../../engine/check.js";
import type { Noun } from "../../engine/lifecycle.js";
import type { Bag } from "../../engine/values.js";
import { readDescription } from "./description-mark.js";
import { TemplateInputs } from "./inputs.js";

/** Inputs whose values are not repeated in messages. */
const SECRET_INPUTS = ["imageLogin", "env", "args", "onstart"];

/** Vast's limit of `args` and `onstart` together, when an instance is made of the template (vast-api.md §7: recorded). */
const MOST_ARGS_CHARACTERS = 16_384;

type Given = Bag & Partial<ReturnType<typeof TemplateInputs.parse>>;

/** Checks and completes a template's inputs. Pure. A rule that needs an input which is not known yet is left out. */
export const checkTemplate: Noun<unknown>["check"] = (known, unknown) => {
  // What is not known yet is not missing.
  const schema = TemplateInputs.partial({
    ...(unknown.has("name") && { name: true }),
    ...(unknown.has("image") && { image: true }),
  });
  const checked = checkBySchema(schema, known, SECRET_INPUTS);
  if (!checked.inputs) return { inputs: known, failures: checked.failures };

  const inputs: Given = checked.inputs;
  const failures = rules.flatMap(({ reads, check }) => {
    if (reads.some((key) => unknown.has(key))) return [];
    return check(inputs).map(([property, reason]) => ({ property, reason }));
  });
  return { inputs: complete(inputs, unknown), failures };
};

/** Fills in what depends on other inputs, and brings image and ports to one spelling. */
function complete(inputs: Given, unknown: ReadonlySet<string>): Bag {
  const { tag, ...kept } = inputs;
  const isWhole = tag === undefined || inputs.image === undefined;
  return {
    ...kept,
    // The tag stays apart only while the image is not known yet.
    ...(isWhole ? { image: inputs.image, ...(tag !== undefined && { tag }) } : { image: `${inputs.image}:${tag}` }),
    runtype: inputs.runtype ?? (inputs.args !== undefined || unknown.has("args") ? "args" : "ssh"),
    ports: (inputs.ports ?? []).map((port) => {
      const parsed = parsePort(port);
      return parsed ? portText(parsed) : String(port);
    }),
  };
}

type Failures = [property: string, reason: string][];

interface Rule {
  readonly reads: readonly (keyof Given & string)[];
  check(inputs: Given): Failures;
}

const rules: readonly Rule[] = [
  {
    reads: ["image", "tag"],
    check: ({ image = "", tag }) => {
      if (tag === undefined) return [];
      if (image.includes("@")) return [["tag", `the image "${image}" is named by its digest; leave the tag out.`]];
      return splitImage(image).tag === undefined
        ? []
        : [["tag", `the image "${image}" has a tag already, and here is "${tag}"; leave one of them out.`]];
    },
  },
  {
    reads: ["runtype", "args"],
    check: ({ runtype, args }) =>
      args && runtype && runtype !== "args"
        ? [
            [
              "args",
              `args go to the image's entrypoint, which runtype "${runtype}" does not run; set runtype "args" or use \`onstart\`.`,
            ],
          ]
        : [],
  },
  {
    reads: ["runtype", "args", "jupyterDir"],
    check: ({ runtype, jupyterDir }) =>
      jupyterDir && !runtype?.startsWith("jupyter")
        ? [
            [
              "jupyterDir",
              `there is no Jupyter with runtype "${runtype ?? "ssh"}"; set runtype "jupyterLab" or leave it out.`,
            ],
          ]
        : [],
  },
  {
    reads: ["args", "onstart"],
    check: ({ args = [], onstart = "" }) => {
      const characters = args.join(" ").length + onstart.length;
      return characters > MOST_ARGS_CHARACTERS
        ? [
            [
              onstart ? "onstart" : "args",
              `onstart and args have ${characters} characters together and may have ${MOST_ARGS_CHARACTERS}; fetch the rest inside the container.`,
            ],
          ]
        : [];
    },
  },
  {
    reads: ["ports"],
    check: ({ ports = [] }) => [
      ...(ports.length > MOST_PORTS
        ? ([
            ["ports", `${ports.length} ports are given and Vast publishes at most ${MOST_PORTS}; leave some out.`],
          ] as Failures)
        : []),
      ...ports.flatMap(
        (port, i): Failures =>
          parsePort(port)
            ? []
            : [
                [
                  `ports.${i}`,
                  `"${port}" is no port; write 8080, "8080/udp" or "80:8080", with ports from 1 to 65535, or 70000 and above for equal numbers.`,
                ],
              ],
      ),
    ],
  },
  {
    reads: ["env"],
    check: ({ env = {} }) =>
      Object.keys(env).flatMap(
        (name): Failures =>
          /^[A-Za-z_][\w.-]*$/.test(name)
            ? []
            : [[`env.${name}`, `"${name}" is no name of a variable; ports belong into \`ports\`.`]],
      ),
  },
  {
    reads: ["dockerOptions"],
    check: ({ dockerOptions = [] }) =>
      dockerOptions.flatMap(
        (word, i): Failures =>
          /^(-[ep]|--env|--publish)/.test(word)
            ? [
                [
                  `dockerOptions.${i}`,
                  "variables belong into `env` and ports into `ports`, where they are compared one by one.",
                ],
              ]
            : [],
      ),
  },
  {
    reads: ["description"],
    check: ({ description = "" }) =>
      readDescription(description).token === undefined
        ? []
        : [["description", `"${description}" ends like this provider's own mark; choose other words.`]],
  },
];
