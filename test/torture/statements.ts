// What a run says of the money and of the state, held against the world.
import { billedBy, idsInState, listed, ownerOf, violation } from "./audit.js";
import type { RunReport } from "./engine.js";
import { nounOf } from "./kinds.js";
import type { Scene } from "./scene.js";

/** Of a contract that is not billed any more. */
const NOTHING = /rented nothing|was given back|is not billed any more/i;
/** Of a run that has cost nothing for this resource, not even for a while. */
const NEVER = /rented nothing|costs nothing|Nothing was rented/i;

/** What the language says of a mistake in the code. */
const MISTAKE = /is not defined|Cannot read properties|is not a function|is not iterable/;

/** What an error says of the money and of the state is so; of the money it speaks of the run, which began at `since`. */
export function checkStatements(scene: Scene, { failures }: RunReport, since: number): void {
  const known = idsInState(scene);
  for (const { name, message } of failures) {
    if (MISTAKE.test(message)) throw violation(scene, "said what is not so", `a mistake of the code: ${message}`);
    if (nounOf(scene.program.get(name) ?? scene.formerly.get(name) ?? {}) !== undefined) continue;
    const gone = /[Ii]nstance (\d+) (?:does not exist any more|disappeared)/.exec(message)?.[1];
    if (gone !== undefined && scene.world.contract(Number(gone))?.destroyedAt === null) {
      throw violation(scene, "said what is not so", `${gone} is billed, and it was said: ${message}`);
    }
    const unknown = /state does not know: (\d+)/.exec(message)?.[1];
    if (unknown !== undefined && known.has(Number(unknown))) {
      throw violation(scene, "said what is not so", `${unknown} is in the state, and it was said: ${message}`);
    }
    const rented = scene.world
      .contracts()
      .filter((contract) => ownerOf(scene, contract) === name && Date.parse(contract.createdAt) >= since);
    if (NEVER.test(message) && rented.length > 0)
      throw violation(scene, "said what is not so", `${listed(rented)} was rented, and it was said: ${message}`);
    if (!NOTHING.test(message)) continue;
    const isNamed = ({ id, label }: { readonly id: number; readonly label: string | null }) =>
      message.includes(String(id)) || (label !== null && message.includes(`\`${label}\``));
    const billed = billedBy(scene, name).filter(
      (contract) => !known.has(contract.id) && !isNamed(contract) && Date.parse(contract.createdAt) >= since,
    );
    if (billed.length > 0)
      throw violation(scene, "said what is not so", `${listed(billed)}, and it was said: ${message}`);
  }
}

/** What a run that went well has said that it ends is ended, and what it said stays is there. */
export function checkWarnings(scene: Scene, { failures, ended }: RunReport, warnings: readonly string[]): void {
  if (failures.length > 0 || ended !== "by itself") return;
  for (const text of warnings) {
    const [, ending] = /^(?:Ending|Giving back) contract (\d+)/.exec(text) ?? [];
    if (ending !== undefined && scene.world.contract(Number(ending))?.destroyedAt === null)
      throw violation(scene, "said what is not so", `${ending} is billed, and it was said: ${text}`);
    const [, staying] = /^Instance (\d+) stays, and is billed/.exec(text) ?? [];
    if (staying !== undefined && scene.world.contract(Number(staying))?.destroyedAt !== null)
      throw violation(scene, "said what is not so", `${staying} does not exist, and it was said: ${text}`);
  }
}
