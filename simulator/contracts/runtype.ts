/** Vast's own codes for the documented words; whatever is not listed is passed on as it came. */
const codesOfWord: Readonly<Record<string, string>> = {
  ssh_direct: "ssh_direc ssh_proxy",
  jupyter: "jupyter_proxy ssh_proxy",
  jupyter_proxy: "jupyter_proxy ssh_proxy",
  jupyter_direct: "jupyter_direc ssh_direc ssh_proxy",
};

/** The runtype as it is read back: expanded, and with "ssh " in front where it begins with a code of ssh. */
export function readBackRuntype(sent: string): string {
  const codes = codesOfWord[sent] ?? sent;
  return codes.startsWith("ssh_") ? `ssh ${codes}` : codes;
}

/** What an instance of this runtype can do. */
export function capabilitiesOf(runtype: string): {
  ssh: boolean;
  sshDirect: boolean;
  jupyter: boolean;
  jupyterDirect: boolean;
} {
  const codes = runtype.split(/\s+/);
  return {
    ssh: codes.some((code) => code.startsWith("ssh")),
    sshDirect: codes.includes("ssh_direc"),
    jupyter: codes.some((code) => code.startsWith("jupyter")),
    jupyterDirect: codes.includes("jupyter_direc"),
  };
}
