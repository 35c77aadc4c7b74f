/** Takes one line of progress, without its line end. */
export type Report = (line: string) => void;

const REMIND_EVERY_MS = 15_000;

/** Says that `step` has begun, every quarter of a minute that it goes on, and how long it took. */
export async function timed<T>(step: string, report: Report, work: () => Promise<T>): Promise<T> {
  const startedAt = Date.now();
  const seconds = () => `${Math.round((Date.now() - startedAt) / 1000)} s`;
  report(`  ${step} …`);
  const reminder = setInterval(() => report(`  ${step}: ${seconds()}`), REMIND_EVERY_MS);
  try {
    const result = await work();
    report(`  ${step}: done in ${seconds()}`);
    return result;
  } finally {
    clearInterval(reminder);
  }
}
