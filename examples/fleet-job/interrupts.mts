/** Ctrl-C, SIGTERM, and the end of the terminal. */
export interface Interrupts {
  /** Aborted by the first one: stop what is under way, and give everything back. */
  readonly first: AbortSignal;
  /** Aborted by the second one: stop that too. */
  readonly second: AbortSignal;
}

/** npm, timeout and others pass on to this process what the terminal has sent it already: that is the same interrupt. */
const SAME_WITHIN_MS = 1_000;

/** From here on the program itself decides what becomes of an interrupt; the third one ends it at once. */
export function listenForInterrupts(): Interrupts {
  const first = new AbortController();
  const second = new AbortController();
  let heardAt = Number.NEGATIVE_INFINITY;
  const hear = () => {
    if (performance.now() - heardAt < SAME_WITHIN_MS) return;
    heardAt = performance.now();
    if (!first.signal.aborted) {
      console.error("\nInterrupted. Giving everything back; once more stops that as well.");
      first.abort(new Error("interrupted"));
    } else if (!second.signal.aborted) second.abort(new Error("interrupted again"));
    else process.exit(130);
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, hear);
  // Where the terminal is gone, nobody can be told anything; the machines are ended all the same.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  return { first: first.signal, second: second.signal };
}
