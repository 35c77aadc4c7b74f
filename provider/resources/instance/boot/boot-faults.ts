import { withoutProgress } from "./host-words.js";

// What the last words of a host (`status_msg`) mean for a boot: nothing, or a fault and whose it is. Pure. Evidence: vast-api.md §2.8, the
// recordings, and texts that other clients noted from the live service.

/**
 * Whose fault it is. `unclear`: a machine can be at fault and the image as well. It counts as the machine's until another machine says the
 * same.
 */
export type Party = "host" | "user" | "unclear";

/** A fault that a host reports. */
export interface BootFault {
  readonly whose: Party;
  /** What is wrong, in our words, without a full stop. */
  readonly name: string;
  /** The host's own words, on one line. They can hold secrets of the program. */
  readonly said: string;
}

/** What everybody pulls from: a host that cannot resolve one of these names has no working network. */
const PUBLIC_REGISTRY = String.raw`(?:[\w-]+\.)*(?:docker\.(?:io|com)|ghcr\.io|githubusercontent\.com|quay\.io|gcr\.io|nvcr\.io|mcr\.microsoft\.com|cloudfront\.net)`;

/**
 * The first row that fits decides. What stands above names one cause and no other: the network and the GPU's driver come before the words of a
 * registry, for the address that could not be reached holds `manifests`, and docker says "executable file not found" of its own parts too.
 * Names of images hold no blanks, so a row of several words cannot be met by one; a single word counts only where it stands alone.
 */
const FAULTS: readonly (readonly [pattern: RegExp, whose: Party, name: string])[] = [
  [
    /unsatisfied condition: cuda|forward compatibility was attempted/i,
    "host",
    "its GPU driver is too old for the image",
  ],
  [
    /\bnvidia-(?:container-(?:cli|runtime|toolkit)|ctk)(?:\.real)?(?:: |\\?":)|\bnvml error\b|\bCDI devices?\b|driver not loaded|select device driver|runtime name: nvidia|unknown runtime[^:]*:? nvidia|no CUDA-capable device/i,
    "host",
    "its GPU driver fails in containers",
  ],
  [
    /\b(?:device error|unknown device|device not found|no such device|device information)\b/i,
    "host",
    "it lacks a device",
  ],
  [
    /TLS handshake timeout|i\/o timeout|context deadline exceeded|Client\.Timeout exceeded|request canceled|connection (?:reset by peer|timed out)|no route to host|network is unreachable|unexpected EOF|: EOF\.?$|server misbehaving|Temporary failure in name resolution|download failed after attempts|proxyconnect|(?<!exit )status\b(?:.*?:| code) 5\d\d\b/i,
    "host",
    "its network does not reach the registry",
  ],
  [
    new RegExp(`lookup ${PUBLIC_REGISTRY}\\.?(?: on \\S+)?: no such host`, "i"),
    "host",
    "its network does not reach the registry",
  ],
  [
    /(?:^|[:\s])toomanyrequests\b|pull rate limit|429 Too Many Requests/i,
    "host",
    "the registry lets it pull no more for now (an `imageLogin` has a limit of its own)",
  ],
  [
    /no space left on device|disk quota exceeded|not enough (?:disk )?space|structure needs cleaning|input\/output error|read-only file system|failed to register layer/i,
    "host",
    "its disk is full or broken",
  ],
  [/address already in use|port is already allocated/i, "host", "a port that it promised is in use"],
  [/docker_build\(\) error|error writing dockerfile/i, "host", "it cannot build the container"],
  [
    /connect to the docker daemon|docker daemon socket|network \S+ not found|failed to create endpoint|programming external connectivity|overlay mount|(?:setting|applying) cgroup|cgroups?: |cannot allocate memory|ttrpc: closed/i,
    "host",
    "its Docker does not work",
  ],

  [
    /no matching manifest for|exec format error|does not match the (?:detected|specified) .*platform/i,
    "user",
    "the image is for another kind of processor",
  ],
  [
    /manifest (?:for \S+ )?(?:not found|unknown|invalid)|manifest for \S+ not found|failed to resolve reference .*: not found|name unknown|repository (?:name not known|\S+ not found)/i,
    "user",
    "the image does not exist",
  ],
  [
    /pull access denied|(?<![\w/.-])unauthorized(?=:|$)|authentication required|requested access to the resource is denied|no basic auth credentials|insufficient_scope|incorrect username or password|docker login failed|401 Unauthorized|(?:^|: )denied\b/i,
    "user",
    "the registry does not give out the image to it (is there such an image, and does it need `imageLogin`?)",
  ],
  [/invalid reference format|repository name must be/i, "user", "the image is no docker reference"],
  [/unable to find (?:user|group)|no matching entries in (?:passwd|group) file/i, "user", "its image has no such user"],
  [/lookup \S+(?: on \S+)?: no such host/i, "user", "there is no registry of this name"],

  [/x509: |connection refused|403 Forbidden/i, "unclear", "it does not get the image from the registry"],
  [/\bexec:? (?:\\?".+?\\?"|\S+): /i, "unclear", "what it was to run cannot be started"],
  [
    /(?<![\w./@-])(?:error|failed|exception)(?![\w./@-])|^E: |OCI runtime|permission denied/i,
    "unclear",
    "it could not make the container",
  ],
];

/** What docker tried to start, where a fault says that it could not. */
const STARTED = /\bexec:? (?:\\?"(.+?)\\?"|(\S+)): /i;

/**
 * The fault that a host's last words tell of, or undefined for progress, success and silence. `asked` is what the program wants to run
 * (arguments, entrypoint, start script): a program that cannot be started is the user's fault if it stands there.
 */
export function faultIn(message: string, asked: readonly string[] = []): BootFault | undefined {
  const said = withoutProgress(message);
  const row = FAULTS.find(([pattern]) => pattern.test(said));
  if (!row) return undefined;
  const [, whose, name] = row;
  const [, quoted, bare] = STARTED.exec(said) ?? [];
  const started = quoted ?? bare;
  // No part of a host has a blank in its name: that is a command line in the place of a program.
  const isAsked = started !== undefined && (/\s/.test(started) || asked.some((text) => names(text, started)));
  return { whose: whose === "unclear" && isAsked ? "user" : whose, name, said };
}

/** A text names a program as a whole or as one of its words. */
function names(text: string, program: string): boolean {
  return text.trim() === program || text.split(/[\s"';&|()]+/).includes(program);
}

/** The same of two machines: without ids, addresses and numbers. */
export function sameOnAnyMachine({ name, said }: Pick<BootFault, "name" | "said">): string {
  return `${name}: ${said.replace(/\b[0-9a-f]{8,}\b|\d+/gi, "#").toLowerCase()}`;
}
