import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { inventoryOf } from "../../provider/resources/fleet/inventory.js";
import type { Member } from "../../provider/resources/fleet/member.js";
import { sshConfigOf } from "../../provider/resources/fleet/ssh-config.js";

const member = (number: number, facts: Partial<Member> = {}): Member => ({
  name: `workers-${number}`,
  instanceId: 50_000_001 + number,
  targetState: "running",
  sshHost: "203.0.113.7",
  sshPort: 20_000 + number,
  gpuName: "RTX 4090",
  gpuCount: 2,
  ...facts,
});
const STOPPED = member(1, { targetState: "stopped" });
const SILENT = member(2, { sshHost: undefined, sshPort: undefined });

describe("the SSH configuration of a fleet", () => {
  it("has an entry for each instance, and a line for each that nobody can log in to", () => {
    expect(sshConfigOf([member(0), STOPPED, SILENT, member(3, { sshHost: "2001:db8::7" })])).toBe(`Host workers-0
  HostName 203.0.113.7
  Port 20000
  User root
  HostKeyAlias vastai-50000001
  StrictHostKeyChecking accept-new
  UserKnownHostsFile ~/.ssh/known_hosts_vastai
  ServerAliveInterval 30

# workers-1 is left out: it is stopped.

# workers-2 is left out: it has no address for SSH at the moment.

Host workers-3
  HostName 2001:db8::7
  Port 20003
  User root
  HostKeyAlias vastai-50000004
  StrictHostKeyChecking accept-new
  UserKnownHostsFile ~/.ssh/known_hosts_vastai
  ServerAliveInterval 30
`);
  });

  it("takes nothing into a file of settings that is no address, and no name that is more than one word", () => {
    const forged = member(0, { sshHost: "203.0.113.7\n  ProxyCommand sh" });
    expect(sshConfigOf([forged])).toBe("# workers-0 is left out: its address is none.\n");
    expect(sshConfigOf([member(0, { sshPort: Number.NaN })])).toBe("# workers-0 is left out: its address is none.\n");
    expect(sshConfigOf([member(0, { name: "my *workers\n!-0" })])).toMatch(/^Host my-workers--0\n {2}HostName/);
    expect(sshConfigOf([member(0, { name: "-x" })])).toMatch(/^Host _x\n/);
  });

  it("of nobody is empty", () => {
    expect(sshConfigOf([])).toBe("");
  });
});

describe("the Ansible inventory of a fleet", () => {
  it("has one group with a host for each instance, its login and its GPUs", () => {
    expect(parse(inventoryOf("workers", [member(0), STOPPED]))).toEqual({
      workers: {
        hosts: {
          "workers-0": {
            ansible_host: "203.0.113.7",
            ansible_port: 20_000,
            ansible_user: "root",
            ansible_ssh_common_args:
              "-o HostKeyAlias=vastai-50000001 -o StrictHostKeyChecking=accept-new -o UserKnownHostsFile=~/.ssh/known_hosts_vastai",
            vastai_instance_id: 50_000_001,
            gpu_name: "RTX 4090",
            gpu_count: 2,
          },
        },
      },
    });
  });

  it("says who is left out, before the group, and holds the group also when that is everybody", () => {
    const text = inventoryOf("workers", [STOPPED, SILENT]);
    expect(text).toMatch(
      /^# workers-1 is left out: it is stopped\.\n# workers-2 is left out: it has no address for SSH at the moment\.\n\{/,
    );
    expect(parse(text)).toEqual({ workers: { hosts: {} } });
  });

  it.each([
    ["my-workers", "my_workers"],
    ["4090s", "_4090s"],
    ["all", "all_instances"],
    ["ungrouped", "ungrouped_instances"],
  ])("names the group of %s %s, which Ansible takes", (name, group) => {
    expect(Object.keys(parse(inventoryOf(name, [])))).toEqual([group]);
  });
});
