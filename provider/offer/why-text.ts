import type { RequirementText } from "./requirement.js";
import type { LeftOut, WhyNothingFits } from "./why.js";

/** More than these make a warning longer than its use. */
const MOST_NAMED = 3;

/**
 * Why nothing fits, as sentences for a message: "Without `reliability ≥ 0.999` 12 offers fit, the cheapest at 0.310 $/h; …". Ends with a full
 * stop.
 */
export function whyText(why: WhyNothingFits): string {
  return [...absence(why), ...namesText(why), ...cause(why)].join(" ");
}

function absence({ sample }: WhyNothingFits): string[] {
  return sample.offers === 0 ? [`The market has no offer${ofWhatText(sample)} at all.`] : [];
}

function ofWhatText({ of }: WhyNothingFits["sample"]): string {
  return of === undefined ? "" : ` of ${of}`;
}

function cause(why: WhyNothingFits): string[] {
  const { leftOut, together, sample } = why;
  const isAbsent = sample.offers === 0;
  // That others have other cards goes without saying.
  const atFault = leftOut.filter(({ fitting, key }) => fitting > 0 && !(isAbsent && key === "gpuName"));
  if (atFault.length > 0) {
    const ways = atFault.slice(0, MOST_NAMED).map((each) => `without ${named(each)} ${fitText(each)}`);
    return [`W${ways.join("; ").slice(1)}.`];
  }
  if (isAbsent) return [];
  // Fewer searches than were needed leave what they did not tell open.
  const sure = leftOut.some(({ orMore }) => orMore) ? " as far as was counted" : "";
  const none = `No single filter alone is at fault${sure}`;
  if (together) {
    const [a, b] = together.both;
    return [`${none}: without ${named(a)} and ${named(b)} together ${fitText(together)}.`];
  }
  const strictest = leftOut.filter(({ rulesOut = 0 }) => rulesOut > 0).sort((a, b) => rulesOutOf(b) - rulesOutOf(a));
  const seen = `${offers(sample.offers)}${ofWhatText(sample)}${sample.orMore ? " that were looked at" : ""}`;
  const culprits = strictest.slice(0, MOST_NAMED).map((each) => `${named(each)} rules out ${rulesOutOf(each)}`);
  return [`${none}, nor two together.`, ...(culprits.length > 0 ? [`Of ${seen}, ${culprits.join(", ")}.`] : [])];
}

/** A requirement inside a sentence. */
function named({ text, from, key }: RequirementText): string {
  // What others have rented can't be had by asking for it.
  if (key === "rentable" && from === "default") return "the default filter `rentable` (others have rented them)";
  return from === "input" ? `the ${text}` : `${from === "default" ? "the default filter " : ""}\`${text}\``;
}

function fitText({ fitting, orMore, cheapestDollarsPerHour }: Omit<LeftOut, keyof RequirementText>): string {
  const isOne = fitting === 1 && !orMore;
  const count = `${orMore ? `${fitting} or more offers` : offers(fitting)} ${isOne ? "fits" : "fit"}`;
  if (cheapestDollarsPerHour === undefined) return count;
  return `${count}, ${isOne ? "" : "the cheapest "}at ${cheapestDollarsPerHour.toFixed(3)} $/h`;
}

function offers(count: number): string {
  return `${count} offer${count === 1 ? "" : "s"}`;
}

function rulesOutOf({ rulesOut = 0 }: LeftOut): number {
  return rulesOut;
}

function namesText({ gpuNames }: WhyNothingFits): string[] {
  if (gpuNames.length === 0) return [];
  return [`Did you mean ${gpuNames.map((name) => `"${name}"`).join(" or ")}?`];
}
