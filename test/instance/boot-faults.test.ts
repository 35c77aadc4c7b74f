import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { faultIn, type Party, sameOnAnyMachine } from "../../provider/resources/instance/boot/boot-faults.js";
import { causeIn } from "../../provider/resources/instance/boot/host-words.js";

const DAEMON = "Error response from daemon: ";
const RUNC = `${DAEMON}failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: `;
const HUB = "https://registry-1.docker.io/v2";

describe("progress and success", () => {
  it.each([
    // Recorded (get-instance-loading-pulling, get-instance-pull-stuck, get-instance-stopped).
    "2741c81b500d: Pull complete",
    "Pulling fs layer",
    "success, running ubuntu_22.04/ssh\n",
    "Pulling from pytorch/pytorch",
    // The image's name can hold any word.
    "Pulling from acme/error-reporter",
    "latest: Pulling from acme/failed",
    "Pulling from acme/manifest-unknown",
    "Pulling from acme/unauthorized",
    "Pulling from acme/toomanyrequests",
    "success, running acme/error-reporter_1/ssh\n",
    "success, running acme/nvidia-container-cli_1/jupyter",
    // Lines of the builder and of apt, noted from live boots by other clients.
    "bfa54bd09267: Verifying Checksum",
    "bfa54bd09267: Retrying in 4 seconds",
    "bfa54bd09267: Extracting [=====>     ]  1.2MB/3.4MB",
    "#8 19.46 Setting up util-linux",
    "#8 21.02 Selecting previously unselected package liberror-perl.",
    "Setting up liberror-perl (0.17029-1) ...",
    "Get:7 http://archive.ubuntu.com/ubuntu jammy/main amd64 libexception-class-perl all 1.45-1",
    "Status: Downloaded newer image for acme/error:1",
    "starting the container",
    "",
  ])("are no fault: %j", (message) => {
    expect(faultIn(message)).toBeUndefined();
  });

  it("are taken out of a message that tells of a fault as well", () => {
    expect(faultIn("Pulling from acme/error-reporter\r\nwrite /var/lib/docker/x: no space left on device\n")).toEqual({
      whose: "host",
      name: "its disk is full or broken",
      said: "write /var/lib/docker/x: no space left on device",
    });
  });
});

describe("a fault of the host", () => {
  const isTheHosts = (message: string, asked?: readonly string[]) =>
    expect(faultIn(message, asked)).toMatchObject({ whose: "host" });

  it.each([
    `${DAEMON}Get "${HUB}/pytorch/pytorch/manifests/2.4.0": net/http: TLS handshake timeout`,
    `${DAEMON}Head "${HUB}/library/ubuntu/manifests/22.04": dial tcp: lookup registry-1.docker.io on 127.0.0.53:53: read udp: i/o timeout`,
    `${DAEMON}Get "${HUB}/": dial tcp: lookup registry-1.docker.io on 127.0.0.53:53: no such host`,
    `${DAEMON}Get "https://ghcr.io/v2/": dial tcp: lookup ghcr.io: no such host`,
    `${DAEMON}Get "${HUB}/": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
    `${DAEMON}Get "${HUB}/": net/http: request canceled while waiting for connection`,
    `${DAEMON}received unexpected HTTP status: 503 Service Unavailable while fetching manifest`,
    `${DAEMON}failed to resolve reference "ghcr.io/a/b:1": unexpected status from HEAD request to https://ghcr.io/v2/a/b/manifests/1: 502 Bad Gateway`,
    // Noted from a live host on 2026-08-11.
    "error pulling image configuration: download failed after attempts=6: read tcp [2409::1]:4242->[2600:9000::1]:443: read: connection reset by peer",
    "error pulling image configuration: download failed after attempts=6: EOF.",
  ])("is a network that does not reach the registry: %s", (message) => {
    isTheHosts(message);
    expect(faultIn(message)?.name).toMatch(/network/);
  });

  it.each([
    "toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating and upgrading",
    `${DAEMON}Head "${HUB}/library/ubuntu/manifests/22.04": toomanyrequests: You have reached your unauthenticated pull rate limit.`,
    "error pulling image configuration: toomanyrequests: Too Many Requests.",
  ])("is a limit of the registry, whatever the words around it: %s", (message) => {
    isTheHosts(message);
    expect(faultIn(message)?.name).toMatch(/imageLogin/);
  });

  it.each([
    `${DAEMON}OCI runtime create failed: unable to retrieve OCI runtime error: exec: "nvidia-container-runtime": executable file not found in $PATH: unknown`,
    String.raw`${DAEMON}OCI runtime create failed: error running prestart hook #0: exec: \"nvidia-container-cli\": executable file not found in $PATH`,
    `${DAEMON}fork/exec /usr/bin/nvidia-container-runtime: no such file or directory`,
    `${RUNC}error during container init: error running prestart hook #0: exit status 1, stderr: Auto-detected mode as 'legacy'\nnvidia-container-cli: initialization error: nvml error: driver not loaded: unknown`,
    `${RUNC}error running prestart hook #0: exit status 1, stderr: nvidia-container-cli: device error: unknown device: unknown`,
    `${DAEMON}OCI runtime create failed: nvidia-container-cli: device error: GPU-3f: device not found`,
    `${DAEMON}could not select device driver "" with capabilities: [[gpu]]`,
    `${DAEMON}unknown or invalid runtime name: nvidia`,
    // Noted from live hosts on 2026-07-28 and 2026-08-11.
    `${DAEMON}failed to create task for container: failed to create shim task: OCI runtime create failed: could not apply required modification to OCI specification: error modifying OCI spec: failed to inject CDI devices: unresolvable CDI devices D.1/gpu=0: unknown`,
  ])("is a GPU driver that fails in containers, also where a program is said to be missing: %s", (message) => {
    isTheHosts(message, ["python"]);
    expect(faultIn(message)?.name).toMatch(/GPU driver fails/);
  });

  it.each([
    ["write /var/lib/docker/tmp/GetImageBlob1: no space left on device", /disk/],
    ["tar: /x: No space left on device", /disk/],
    [`${DAEMON}failed to register layer: write /usr/lib/libcudnn.so: no space left on device`, /disk/],
    ["docker_build() error writing dockerfile", /build/],
    [`${DAEMON}network bridge not found`, /Docker/],
    ["Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?", /Docker/],
    [
      `${DAEMON}driver failed programming external connectivity on endpoint C.1 (4f): Bind for 0.0.0.0:40001 failed: port is already allocated`,
      /port/,
    ],
    [`${DAEMON}listen tcp 0.0.0.0:40001: bind: address already in use`, /port/],
    [
      "nvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.8, please update your driver",
      /too old/,
    ],
    [
      `${DAEMON}error gathering device information while adding custom device "/dev/nvidia1": no such file or directory`,
      /device/,
    ],
  ])("is named: %s", (message, name) => {
    isTheHosts(message);
    expect(faultIn(message)?.name).toMatch(name);
  });
});

describe("a fault of what was asked for", () => {
  const isTheUsers = (message: string, asked?: readonly string[]) =>
    expect(faultIn(message, asked)).toMatchObject({ whose: "user" });

  it.each([
    [`${DAEMON}manifest for x:y not found: manifest unknown: manifest unknown`, /does not exist/],
    [`${DAEMON}manifest unknown`, /does not exist/],
    [`${DAEMON}failed to resolve reference "docker.io/a/b:1": docker.io/a/b:1: not found`, /does not exist/],
    [`${DAEMON}no matching manifest for linux/amd64 in the manifest list entries`, /processor/],
    [`${RUNC}exec /usr/bin/python: exec format error`, /processor/],
    [
      `${DAEMON}pull access denied for x, repository does not exist or may require 'docker login': denied: requested access to the resource is denied`,
      /imageLogin/,
    ],
    ["unauthorized: authentication required", /imageLogin/],
    [`${DAEMON}Head "https://ghcr.io/v2/a/b/manifests/1": denied`, /imageLogin/],
    ["docker login failed!", /imageLogin/],
    [`${DAEMON}invalid reference format: repository name must be lowercase`, /reference/],
    [`${DAEMON}unable to find user nobody2: no matching entries in passwd file`, /user/],
    [
      `${DAEMON}Get "https://registry.exmaple.com/v2/": dial tcp: lookup registry.exmaple.com on 127.0.0.53:53: no such host`,
      /registry of this name/,
    ],
  ])("is named: %s", (message, name) => {
    isTheUsers(message);
    expect(faultIn(message)?.name).toMatch(name);
  });

  it.each<[string, string, string[]]>([
    ["an argument", `${RUNC}exec: "/app/run.sh": permission denied: unknown`, ["/app/run.sh", "--fast"]],
    ["the entrypoint", `${RUNC}exec: "serve": executable file not found in $PATH: unknown`, ["serve"]],
    [
      "a word of the start script",
      `${RUNC}exec: "/root/go": stat /root/go: no such file or directory`,
      ["sleep 1; /root/go &"],
    ],
    ["escaped", String.raw`${RUNC}exec: \"serve\": executable file not found in $PATH`, ["serve"]],
    ["without quotes", "exec /app/run.sh: no such file or directory", ["/app/run.sh"]],
  ])("is a program that cannot be started and was named by the renter: %s", (_, message, asked) => {
    isTheUsers(message, asked);
    expect(faultIn(message, ["something", "else"])).toMatchObject({ whose: "unclear" });
  });

  it("is a command line in the place of a program", () => {
    // Noted from a live boot on 2025-12-01.
    isTheUsers(
      `${RUNC}error during container init: exec: "cd /workspace && git clone x": stat cd /workspace && git clone x: no such file or directory: unknown`,
    );
  });
});

describe("a fault that may be either's", () => {
  it.each([
    `${RUNC}exec: "/app/run.sh": permission denied: unknown`,
    `${RUNC}exec: "bash": executable file not found in $PATH: unknown`,
    `${DAEMON}Get "https://registry.acme.example/v2/": x509: certificate signed by unknown authority`,
    `${DAEMON}Get "https://registry.acme.example/v2/": dial tcp 192.0.2.7:443: connect: connection refused`,
    `${DAEMON}something that nobody has seen yet`,
    "OCI runtime create failed",
    "E: Failed to fetch http://archive.ubuntu.com/ubuntu/x.deb",
    '#9 ERROR: process "/bin/sh -c apt-get install" did not complete successfully: exit code: 100',
    "error: x",
  ])("is unclear: %s", (message) => {
    expect(faultIn(message)).toMatchObject({ whose: "unclear" satisfies Party });
  });

  it("is the same on another machine, whatever its ids, addresses and numbers are", () => {
    const on = (id: string, ip: string) =>
      sameOnAnyMachine({ name: "n", said: `container ${id}: dial tcp ${ip}:443: connection refused` });
    expect(on("4f0c8d2e91ab", "192.0.2.7")).toBe(on("91ab4f0c8d2e", "203.0.113.250"));
    expect(on("4f0c8d2e91ab", "192.0.2.7")).not.toBe(sameOnAnyMachine({ name: "n", said: "x509" }));
  });
});

describe("the host's words in a sentence", () => {
  it("stay as they are when they are short", () => {
    expect(causeIn(`${DAEMON}network bridge\n not found`)).toBe(`${DAEMON}network bridge not found`);
  });

  it("lose what stands before every such message, and keep the cause, which stands last", () => {
    const cause = `error running prestart hook #0: exit status 1, stderr: ${"x".repeat(100)} nvidia-container-cli: unknown device`;
    expect(causeIn(`${RUNC}${cause}: unknown`)).toBe(cause);
  });

  it("are never long, and end as the host ended them", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 1000 }), (said) => {
        const cause = causeIn(`${DAEMON}${said}|END`);
        expect(cause.length).toBeLessThanOrEqual(241);
        expect(cause.endsWith("|END")).toBe(true);
      }),
    );
  });
});
