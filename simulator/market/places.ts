/** Where machines stand, in the two spellings that Vast uses: "Region, US" and "Country, CC". */
export const places = [
  "California, US",
  "Texas, US",
  "Nevada, US",
  "Virginia, US",
  "Washington, US",
  "New York, US",
  ", US",
  "Quebec, CA",
  "Ontario, CA",
  "Sweden, SE",
  "Norway, NO",
  "Germany, DE",
  "Netherlands, NL",
  "France, FR",
  "United Kingdom, GB",
  "Poland, PL",
  "Spain, ES",
  "Czechia, CZ",
  "Iceland, IS",
  "Japan, JP",
  "South Korea, KR",
  "Taiwan, TW",
  "India, IN",
  "Australia, AU",
  "Brazil, BR",
] as const;

/** The two-letter country code of a geolocation such as "Texas, US". */
export function countryOf(geolocation: string): string {
  return geolocation.slice(geolocation.lastIndexOf(",") + 1).trim();
}
