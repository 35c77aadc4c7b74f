// What tests of a stack's limits have in common.
import type { Bag } from "../../provider/engine/values.js";
import { HANDLER, type ProviderProcess, type TestWorld } from "../support/harness.js";
import type { Kept } from "../support/steps.js";

/** A provider process of a stack with these limits. */
export function limited(t: TestWorld, limits: Readonly<Record<string, string>>): ProviderProcess {
  const process = t.process();
  void process.instance.configure({ config: { get: (key) => limits[key] } });
  return process;
}

/** The token of a resource by its number. */
export const token = (n: number) => `${n}`.padStart(12, "a");

/** The engine looks at a resource of the state: check and diff. Answers what an update of it would be given. */
export async function shown({ instance }: ProviderProcess, { id, outs }: Kept, program: Bag): Promise<Bag> {
  const { inputs, failures } = await instance.check(outs, program);
  if (failures.length > 0) throw new Error(JSON.stringify(failures));
  const news = { ...inputs, __provider: HANDLER };
  await instance.diff(id, outs, news);
  return news;
}

/** What the process has warned of. */
export function warningsOf({ lines }: ProviderProcess): string[] {
  return lines.filter(({ kind }) => kind === "warning").map(({ text }) => text);
}

/** A run that is killed so long after its beginning; what it sent still takes effect. */
export async function killedRun(t: TestWorld, program: Bag, ms = 20_000): Promise<void> {
  const dead = t.process();
  void dead.up(program).catch(() => {});
  await t.clock.sleep(ms);
  dead.cancel();
  await t.clock.sleep(5_000);
}
