import type { Story } from "./stories.js";

/** Words in an image name that tell a story, so that failures can be tried by hand. The first that fits counts. */
export const magicImages: readonly { readonly word: string; readonly story: Story }[] = [
  { word: "does-not-exist", story: { imageNotFound: true } },
  { word: "needs-login", story: { accessDenied: true } },
  { word: "never-pulls", story: { imageNeverPulls: true } },
  { word: "never-starts", story: { neverStarted: true } },
  { word: "no-space", story: { noSpace: true } },
  { word: "broken-driver", story: { ociError: true } },
  { word: "exits-early", story: { entrypointExits: {} } },
  { word: "host-goes-offline", story: { hostGoesOffline: { afterMinutes: 10 } } },
  { word: "outbid-later", story: { outbid: { afterMinutes: 10, forMinutes: 10 } } },
  { word: "price-rises", story: { priceRises: { afterMinutes: 10, toDollarsPerHour: 5 } } },
  { word: "price-proposal", story: { priceIncreaseProposed: { afterMinutes: 10, toDollarsPerHour: 5 } } },
  { word: "boots-slowly", story: { boots: { afterMinutes: 20 } } },
  { word: "boots-at-once", story: { boots: { afterMinutes: 0.2 } } },
];
