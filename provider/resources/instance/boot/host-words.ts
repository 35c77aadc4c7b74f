// The last words of a host (`status_msg`): a line of docker's, of its builder or of Vast's own, sometimes several.

/** What Vast writes when a container runs. It stays when the container does not run any more. */
const SUCCESS = /^success, running\b/;

/**
 * Lines that tell of progress or of success. They name the image and what is installed into it, so they can hold any word, `error` included
 * (`Pulling from acme/error-reporter`, `Setting up liberror-perl`).
 */
const PROGRESS: readonly RegExp[] = [
  SUCCESS,
  /^(?:\S+: )?Pulling from \S+$/,
  /^(?:[0-9a-f]{12}: )?(?:Pulling fs layer|Waiting|Downloading|Verifying Checksum|Download complete|Extracting|Pull complete|Already exists|Retrying in \d+ seconds?)(?:$|\s+[[\d])/,
  /^(?:Digest: sha256:|Status: (?:Downloaded|Image is up to date))/,
  // The image is built further for SSH and Jupyter: lines of docker's builder and of apt.
  /^#\d+ (?!ERROR\b)/,
  /^(?:Step \d+\/\d+ :|---> |W: |(?:Get|Hit|Ign):\d+ |(?:Setting up|Unpacking|Selecting previously|Preparing to unpack|Processing triggers) )/,
];

/** These words say that the container runs, or ran. */
export function tellOfSuccess(message: string): boolean {
  return SUCCESS.test(message.trim());
}

/** A host's last words on one line, without those that tell of progress or success. */
export function withoutProgress(message: string): string {
  const lines = message.split(/[\r\n]+/).map((line) => line.trim());
  return lines.filter((line) => line !== "" && !PROGRESS.some((pattern) => pattern.test(line))).join(" ");
}

/** What stands before the cause in most of docker's messages, and says nothing. */
const PREAMBLE =
  /^(?:(?:(?:docker: )?Error response from daemon|failed to create task for container|failed to create (?:shim )?task|OCI runtime create failed|runc(?:\.real)? create failed|container_linux\.go:\d+|unable to start container process|error during container init): )+/;

const LONGEST_CAUSE = 240;

/** A host's words, short enough for a sentence. Docker names the cause last, so it is the beginning that goes. */
export function causeIn(said: string): string {
  const whole = said.replace(/\s+/g, " ").trim();
  if (whole.length <= LONGEST_CAUSE) return whole;
  const cause = whole.replace(PREAMBLE, "").replace(/: unknown$/, "");
  return cause.length > LONGEST_CAUSE ? `…${cause.slice(-LONGEST_CAUSE)}` : cause;
}
