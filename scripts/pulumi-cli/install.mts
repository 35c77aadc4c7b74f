// Run by download.mts as the head of a process group: installs the released CLI in the folder given as only argument.
import { createRequire } from "node:module";
import { PulumiCommand } from "@pulumi/pulumi/automation/index.js";
import { wantedVersion } from "./find.mts";

// Standard input ends when the process that holds its other end gives up or dies. The installer takes no signal, so its
// shell and its download end with the whole group.
process.stdin.resume().on("end", () => process.kill(-process.pid, "SIGKILL"));

// The SDK takes a version in the class of the semver that it loads itself.
const { SemVer } = createRequire(import.meta.resolve("@pulumi/pulumi/package.json"))("semver");
try {
  await PulumiCommand.install({ root: process.argv[2], version: new SemVer(wantedVersion) });
  process.exit(0);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
