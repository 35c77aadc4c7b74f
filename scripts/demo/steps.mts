// The steps of the demo. Each one shows something and checks it against the pretended world; a failed check ends the demo.
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { OutputMap } from "@pulumi/pulumi/automation/index.js";
import type { Simulator } from "pulumi-vastai/simulator";
import { followBoot } from "./follow.mts";
import { duration, money, perHour, say, sayPassing } from "./screen.mts";
import type { Stage } from "./stage.mts";

export interface Step {
  readonly title: string;
  play(stage: Stage): Promise<void>;
}

type Contract = ReturnType<Simulator["world"]["contracts"]>[number];

const GREETING_WITHIN_MS = 5_000;
const MINUTE_THERE_MS = 1_000;

export const steps: readonly Step[] = [
  { title: "Rent a GPU: pulumi up", play: rent },
  { title: "Nothing left to do: pulumi preview", play: previewAgain },
  { title: "Change it in place: pulumi config set label trainer-2; pulumi up", play: relabel },
  { title: "Give it back: pulumi destroy", play: giveBack },
];

async function rent(stage: Stage): Promise<void> {
  say("status    what the provider says · time there · price");
  sayPassing("Pulumi starts, compiles the program and runs it …");
  const follower = followBoot(stage.simulator);
  const { outputs } = await stage
    .pulumi((stack, options) => stack.up(options), follower.onEvent)
    .finally(() => follower.stop());
  const contract = onlyContract(stage);
  check("the instance runs", contract.actualStatus === "running", `status ${contract.actualStatus}`);
  check("the stack holds its id", outputs.instanceId?.value === contract.id, shown(outputs, "instanceId"));
  const price = Number(outputs.dollarsPerHour?.value);
  const { billedPerHour } = stage.simulator.world.view();
  check("the price is what is billed", Math.abs(price - billedPerHour) < 1e-4, `${price} and ${billedPerHour} $/h`);
  const ssh = String(outputs.ssh?.value);
  const greeting = await greetingOf(ssh);
  check("the SSH command leads to SSH", greeting.startsWith("SSH-2.0-"), JSON.stringify(greeting));

  say("", "The stack's outputs:");
  say(`  ${outputs.gpu?.value}, ${outputs.where?.value}, contract ${contract.id}, ${perHour(price)}`);
  say(`  ${ssh}`, `  (answers "${greeting}"; there is no machine behind it)`);
  say("", `Billed so far: ${money(contract.dollarsBilled)}. While the image loads, only the disk is paid.`);
}

async function previewAgain(stage: Stage): Promise<void> {
  sayPassing("Pulumi compares the program with the stack …");
  const { changeSummary } = await stage.pulumi((stack, options) => stack.preview(options));
  const { same = 0, ...changes } = changeSummary;
  check("no change is found", same === 2 && Object.keys(changes).length === 0, JSON.stringify(changeSummary));
  say("No change: the stack and the instance are as the program says.");
}

async function relabel(stage: Stage): Promise<void> {
  const before = onlyContract(stage);
  sayPassing("Pulumi sets the label and updates the instance …");
  const { summary } = await stage.pulumi(async (stack, options) => {
    await stack.setConfig("label", { value: "trainer-2" });
    return stack.up(options);
  });
  const after = onlyContract(stage);
  const { resourceChanges = {} } = summary;
  check("one resource is updated", resourceChanges.update === 1, JSON.stringify(resourceChanges));
  check("the contract stays", after.id === before.id, `${before.id} became ${after.id}`);
  check("it runs on", after.actualStatus === "running", `status ${after.actualStatus}`);
  check("the label is new", after.label?.startsWith("trainer-2 ") === true, `label "${after.label}"`);
  say("On Vast.ai:", `  before  contract ${before.id}, label "${before.label}"`);
  say(`  after   contract ${after.id}, label "${after.label}"`);
  say("The mark after the name is how a lost machine is found again.");
}

async function giveBack(stage: Stage): Promise<void> {
  const { world } = stage.simulator;
  const { id, createdAt } = onlyContract(stage);
  sayPassing("Pulumi destroys the instance and makes sure that it is gone …");
  await stage.pulumi((stack, options) => stack.destroy(options));
  const ended = world.contract(id);
  check("the contract has ended", ended?.destroyedAt !== null, `contract ${id} still exists`);
  const bill = world.view();
  check("nothing is billed any more", bill.billedPerHour === 0, `${bill.billedPerHour} $/h`);
  await sleep(MINUTE_THERE_MS);
  const later = world.view().dollarsBilled;
  check("the bill stays", later === bill.dollarsBilled, `${bill.dollarsBilled} $ became ${later} $`);

  const lasted = duration(Date.parse(ended?.destroyedAt ?? "") - Date.parse(createdAt));
  say(`Contract ${id} has ended after ${lasted} of pretended time.`);
  say(`Final bill: ${money(bill.dollarsBilled)}. A minute later: ${money(later)}. Nothing is billed any more.`);
}

function onlyContract({ simulator }: Stage): Contract {
  const contracts = simulator.world.contracts();
  const [contract] = contracts;
  check("there is one contract", contracts.length === 1, `${contracts.length} contracts`);
  return contract as Contract;
}

/** Throws when a claim does not hold, with what was seen instead. */
function check(claim: string, holds: boolean, seen: string): void {
  if (!holds) throw new Error(`Expected that ${claim}. Seen: ${seen}.`);
}

function shown(outputs: OutputMap, name: string): string {
  return `output ${name} is ${JSON.stringify(outputs[name]?.value)}`;
}

/** What a server says first to whoever follows an SSH command. */
async function greetingOf(sshCommand: string): Promise<string> {
  const [, port, host] = /^ssh -p (\d+) root@(\S+)$/.exec(sshCommand) ?? [];
  check("there is an SSH command", port !== undefined, `"${sshCommand}"`);
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port), timeout: GREETING_WITHIN_MS });
    socket.once("data", (data) => {
      socket.destroy();
      resolve(data.toString().trim());
    });
    socket.once("close", () => resolve(""));
    socket.once("timeout", () => socket.destroy());
    socket.once("error", reject);
  });
}
