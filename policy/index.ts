// Loading this file serves the pack to the Pulumi engine. The working directory must be the folder policy/: the SDK reads the version there.
import { PolicyPack } from "@pulumi/policy";
import { rules } from "./rules.js";

new PolicyPack("vastai", { policies: [...rules] });
