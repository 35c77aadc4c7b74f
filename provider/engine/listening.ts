import { connect } from "node:net";
import type { Clock } from "../clock.js";

const LOOK_EVERY_MS = 1000;
/** So many refusals in a row, and it is no hiccup. */
const MOST_REFUSALS = 3;

/**
 * Looks by plain connections whether somebody listens at an address (`127.0.0.1:4711`), for as long as `isUnsure`. Resolves to true when nobody
 * does any more, and to false when there is no need to know any longer. Anything but a refusal shows nothing.
 */
export async function hasNoListener(
  address: string,
  clock: Pick<Clock, "pause">,
  isUnsure: () => boolean,
): Promise<boolean> {
  for (let refusals = 0; isUnsure(); await clock.pause(LOOK_EVERY_MS)) {
    refusals = (await isRefused(address)) ? refusals + 1 : 0;
    if (refusals === MOST_REFUSALS) return true;
  }
  return false;
}

function isRefused(address: string): Promise<boolean> {
  const colon = address.lastIndexOf(":");
  const host = address.slice(0, colon).replace(/^\[|\]$/g, "");
  return new Promise((resolve) => {
    const socket = connect(Number(address.slice(colon + 1)), host);
    socket.once("connect", () => {
      socket.destroy();
      resolve(false);
    });
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "ECONNREFUSED"));
  });
}
