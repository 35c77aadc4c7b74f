import { aliasOf, KNOWN_HOSTS, LOGIN_USER, loginOf, type Member } from "./member.js";

/**
 * An inventory for Ansible, to be written to a file that ends in `.yaml`: one group, named after the fleet, with a host for each instance and its GPUs
 * as variables. JSON is YAML, and so are the lines before it that say who is left out, and why.
 */
export function inventoryOf(name: string, members: readonly Member[]): string {
  const leftOut: string[] = [];
  const hosts: Record<string, object> = {};
  for (const member of members) {
    const login = loginOf(member);
    if ("because" in login) {
      leftOut.push(`# ${aliasOf(member.name)} is left out: ${login.because}.\n`);
      continue;
    }
    const ssh = {
      HostKeyAlias: login.keyAlias,
      StrictHostKeyChecking: "accept-new",
      UserKnownHostsFile: KNOWN_HOSTS,
    };
    hosts[login.alias] = {
      ansible_host: login.host,
      ansible_port: login.port,
      ansible_user: LOGIN_USER,
      ansible_ssh_common_args: Object.entries(ssh)
        .map(([option, value]) => `-o ${option}=${value}`)
        .join(" "),
      vastai_instance_id: member.instanceId,
      gpu_name: member.gpuName,
      gpu_count: member.gpuCount,
    };
  }
  return `${leftOut.join("")}${JSON.stringify({ [groupOf(name)]: { hosts } }, null, 2)}\n`;
}

/** A name that Ansible takes for a group: letters, digits and underscores, none of its own two names. */
function groupOf(name: string): string {
  const group = name.replace(/\W/g, "_").replace(/^(?=\d)/, "_");
  return ["all", "ungrouped"].includes(group) ? `${group}_instances` : group;
}
