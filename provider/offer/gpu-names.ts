import type { Comparable } from "./filters.js";

/**
 * Names as Vast spells them, for hints only: new cards come every month, so a name that is not here is not wrong.
 * Seen in Vast's own list of models and in recorded offers.
 */
const KNOWN_NAMES = [
  ..."A10,A100 PCIE,A100 SXM4,A100X,A10g,A16,A30,A40,A800 PCIE,B200,B300,GH200 SXM,H100 NVL,H100 PCIE,H100 SXM".split(
    ",",
  ),
  ..."H200,H200 NVL,L4,L40,L40S,Tesla K80,Tesla P100,Tesla P4,Tesla P40,Tesla T4,Tesla V100,Titan RTX,Titan V".split(
    ",",
  ),
  ..."Titan X,Titan Xp,Q RTX 4000,Q RTX 5000,Q RTX 6000,Q RTX 8000,RTX A2000,RTX A4000,RTX A4500,RTX A5000".split(","),
  ..."RTX A6000,RTX 4000Ada,RTX 4500Ada,RTX 5000Ada,RTX 6000Ada,RTX PRO 4000,RTX PRO 4500,RTX PRO 5000".split(","),
  ..."RTX PRO 6000 S,RTX PRO 6000 WS,RTX 5060,RTX 5060 Ti,RTX 5070,RTX 5070 Ti,RTX 5080,RTX 5090".split(","),
  ..."RTX 4060,RTX 4060 Ti,RTX 4070,RTX 4070 Ti,RTX 4070S,RTX 4070S Ti,RTX 4080,RTX 4080S,RTX 4090,RTX 4090D".split(
    ",",
  ),
  ..."RTX 3050,RTX 3060,RTX 3060 Ti,RTX 3070,RTX 3070 Ti,RTX 3080,RTX 3080 Ti,RTX 3090,RTX 3090 Ti".split(","),
  ..."RTX 2060,RTX 2060S,RTX 2070,RTX 2070S,RTX 2080,RTX 2080S,RTX 2080 Ti".split(","),
  ..."GTX 1050,GTX 1050 Ti,GTX 1060,GTX 1070,GTX 1070 Ti,GTX 1080,GTX 1080 Ti,GTX 1650,GTX 1660,GTX 1660 Ti".split(","),
];

/** Vast's spelling in offers has spaces; its command line shows underscores. Both mean the same card. */
export function gpuNameOf(value: Comparable): string {
  return String(value).replaceAll("_", " ").trim();
}

/**
 * What is wrong with a GPU name, as the rest of "gpuName is …,". Vast compares letter by letter and answers a wrong name
 * with an empty list. Only spellings that can never be one of Vast's names are refused.
 */
export function gpuNameProblem(value: Comparable): string | undefined {
  const name = gpuNameOf(value);
  const impossible = !/[A-Z]/.test(name) || /^(nvidia|geforce)\b/i.test(name) || /^[RG]TX\d/i.test(name);
  if (!impossible) return undefined;
  const meant = likeGpuName(name) ?? likeGpuName(name.toUpperCase());
  return `which is not how Vast writes GPU names (like "RTX 4090" or "H100 SXM").${
    meant === undefined ? "" : ` Did you mean "${meant}"?`
  }`;
}

/** Vast's own spelling of a name that differs from it only in case, blanks, hyphens or the maker's name. */
function likeGpuName(name: string): string | undefined {
  return KNOWN_NAMES.find((known) => letters(known) === letters(name));
}

/**
 * Vast's names that a wanted name may stand for although it is none of them: "A100" is sold as "A100 PCIE" and
 * "A100 SXM4". For the message when no offer is found.
 */
export function gpuNameHints(name: string): string[] {
  const wanted = gpuNameOf(name);
  if (KNOWN_NAMES.includes(wanted)) return [];
  return KNOWN_NAMES.filter((known) => {
    const [there, here] = [letters(known), letters(wanted)];
    return there === here || known.startsWith(`${wanted} `) || known.endsWith(` ${wanted}`);
  });
}

function letters(name: string): string {
  return name.toLowerCase().replace(/nvidia|geforce|[^a-z0-9]/g, "");
}
