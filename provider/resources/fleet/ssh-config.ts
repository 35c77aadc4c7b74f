import { aliasOf, KNOWN_HOSTS, LOGIN_USER, loginOf, type Member } from "./member.js";

/**
 * Text for `~/.ssh/config`, or for a file that it includes: `ssh workers-0` then logs in. It names no private key and holds no secret. The first
 * login remembers the machine's key under the contract, and a later one with another key is refused. An instance that nobody can log in to is left
 * out with a line that says why.
 */
export function sshConfigOf(members: readonly Member[]): string {
  return members.map(entryOf).join("\n");
}

function entryOf(member: Member): string {
  const login = loginOf(member);
  if ("because" in login) return `# ${aliasOf(member.name)} is left out: ${login.because}.\n`;
  const { alias, host, port, keyAlias } = login;
  const lines = [
    `HostName ${host}`,
    `Port ${port}`,
    `User ${LOGIN_USER}`,
    `HostKeyAlias ${keyAlias}`,
    "StrictHostKeyChecking accept-new",
    `UserKnownHostsFile ${KNOWN_HOSTS}`,
    "ServerAliveInterval 30",
  ];
  return `Host ${alias}\n${lines.map((line) => `  ${line}\n`).join("")}`;
}
