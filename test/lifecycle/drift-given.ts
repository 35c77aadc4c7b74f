// An instance to which something happened outside the program, as users meet it: a refresh, then a preview and an `up`.
import type { Bag } from "../../provider/engine/values.js";
import type { Story } from "../../simulator/stories.js";
import { anInstance, HANDLER, type ProviderProcess, type TestWorld } from "../support/harness.js";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** A bid that a story can outbid. */
export const aBid = (inputs: Bag = {}) => anInstance({ bidDollarsPerHour: 0.2, ...inputs });

/** The same that may be raised, to two dollars at most. */
export const aRaisableBid = (inputs: Bag = {}) =>
  aBid({ onDrift: { outbid: "raiseBid", maxBidDollarsPerHour: 2 }, ...inputs });

/** One instance of a stack, in its state and on Vast. */
export interface Subject {
  readonly id: string;
  /** Its outputs in the state. */
  state: Bag;
}

/** Rents an instance with a fate and waits until that has come true. */
export async function withFate(
  t: TestWorld,
  process: ProviderProcess,
  program: Bag,
  story: Story,
  waitMs = HOUR,
): Promise<Subject> {
  t.world.tell({ times: 1, story });
  const { id, outs } = await process.up(program);
  await t.clock.sleep(waitMs);
  process.lines.length = 0;
  return { id, state: outs };
}

/** `pulumi refresh`: what it says. */
export async function refresh(process: ProviderProcess, subject: Subject): Promise<string[]> {
  process.lines.length = 0;
  const { props } = await process.instance.read(subject.id, { ...subject.state, __provider: HANDLER });
  subject.state = props ?? {};
  return warnings(process);
}

/** `pulumi preview`: what it shows and says. */
export async function preview(process: ProviderProcess, { id, state }: Subject, program: Bag) {
  process.lines.length = 0;
  const { inputs } = await process.instance.check(state, program);
  const news: Bag = { ...inputs, __provider: HANDLER };
  const diff = await process.instance.diff(id, state, news);
  return { diff, news, said: process.lines.map(({ text }) => text) };
}

/** `pulumi up`, in a process of its own, as the engine starts one: its step, and what it says. */
export async function up(t: TestWorld, subject: Subject, program: Bag) {
  const process = t.process();
  const { diff, news, said } = await preview(process, subject, program);
  if (diff.replaces.length > 0) return { step: "replace", said };
  if (!diff.changes) return { step: "same", said };
  process.lines.length = 0;
  subject.state = (await process.instance.update(subject.id, subject.state, news)).outs;
  return { step: "update", said: [...said, ...warnings(process)] };
}

export function warnings({ lines }: ProviderProcess): string[] {
  return lines.filter(({ kind }) => kind === "warning").map(({ text }) => text);
}

/** How often something was sent to Vast. */
export function sent(t: TestWorld, part: string): number {
  return t.world.view().requests.filter(({ path }) => path.includes(part)).length;
}

/** The cheapest machine ends its contracts after this many hours; another one is dearer. */
export function machinesEndAfter(t: TestWorld, hours: number): void {
  t.world.replaceOffers([{ dph_base: 0.3, end_date: (t.clock.now() + hours * HOUR) / 1000 }, { dph_base: 0.5 }]);
}
