/** The first releases of each line that announce the HTTP/2 streams they serve, by which the provider process sees Ctrl-C (Node.js, docs of http2). */
const FIRST_MINOR: Readonly<Record<number, number>> = { 22: 17, 24: 2 };

/** Why a program cannot run on a version of Node.js, as an error for people; undefined when it can. */
export function nodeProblem(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > 24 || minor >= (FIRST_MINOR[major] ?? Number.POSITIVE_INFINITY)) return undefined;
  return (
    `pulumi-vastai needs Node.js 22.17, 24.2 or newer, and Pulumi runs this program with ${version}: there, Ctrl-C does not reach what waits for a machine. ` +
    "Nothing was rented or changed. Put a newer `node` first on your PATH, and run the same command again."
  );
}
