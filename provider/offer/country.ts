import type { Comparable } from "./filters.js";

const names = new Intl.DisplayNames(["en"], { type: "region", fallback: "none" });
/** Regions that have a code and a name, and in which no machine stands. */
const NOT_COUNTRIES = new Set(["EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"]);

/** The country that an offer's `geolocation` ends in: "South Korea, KR" and "US" are known forms. */
export function countryOf(geolocation: string | null | undefined): string | undefined {
  return /(?:^|,)\s*([A-Z]{2})\s*$/.exec(geolocation ?? "")?.[1];
}

/** What is wrong with a country, as the rest of "country is …,". */
export function countryProblem(value: Comparable): string | undefined {
  const given = String(value);
  const code = codeOf(given);
  if (code === given) return undefined;
  if (NOT_COUNTRIES.has(given.toUpperCase())) return "which is not a country; list the countries instead.";
  return `but must be a two-letter country code.${code === undefined ? "" : ` Did you mean "${code}"?`}`;
}

/** The code for a code in any case, for a name in English, and for codes of common use that are not the official ones (UK). */
function codeOf(given: string): string | undefined {
  if (/^[a-z]{2}$/i.test(given)) {
    const code = new Intl.Locale(`und-${given}`).region;
    return code !== undefined && names.of(code) !== undefined && !NOT_COUNTRIES.has(code) ? code : undefined;
  }
  return codes().find((code) => names.of(code)?.toLowerCase() === given.trim().toLowerCase());
}

/** Every code that has a name and stands for itself. */
function codes(): string[] {
  const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
  return letters
    .flatMap((first) => letters.map((second) => first + second))
    .filter((code) => new Intl.Locale(`und-${code}`).region === code && !NOT_COUNTRIES.has(code));
}
