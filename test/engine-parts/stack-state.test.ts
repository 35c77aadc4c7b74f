import { expect, it } from "vitest";
import { createStateReader } from "../../provider/engine/stack-state.js";

const STACK = "urn:pulumi:dev::garage";
const URN = `${STACK}::pulumi-nodejs:dynamic/vastai:Instance::trainer`;

/** What `pulumi stack export` prints. */
function exported(...resources: object[]): string {
  return JSON.stringify({ version: 3, deployment: { manifest: {}, resources } });
}

/** A reader over a CLI that knows these stacks; the selected one has no name. Keeps what it was asked. */
function readerOver(stacks: Record<string, string>) {
  const asked: string[] = [];
  const read = createStateReader(async (args) => {
    const text = args.join(" ");
    asked.push(text);
    const stdout = stacks[/--stack=(.*)/.exec(text)?.[1] ?? ""];
    if (stdout === undefined) return { stdout: "", stderr: "error: no stack", exitCode: 255 };
    return { stdout, stderr: "", exitCode: 0 };
  });
  return { read, asked };
}

const instance = { urn: URN, id: "7", outputs: { instanceId: 7 }, custom: true };
const entry = { urn: URN, id: "7", outputs: { instanceId: 7 }, isLeaving: false, isOwn: true };

it("tells the resources of the selected stack, and what of them waits for its deletion", async () => {
  const { read, asked } = readerOver({ "": exported(instance, { ...instance, id: "5", delete: true }) });
  expect(await read(URN)).toEqual([entry, { ...entry, id: "5", isLeaving: true }]);
  expect(asked).toEqual(["stack export"]);
});

it.each([
  ["none is selected", {}],
  ["another stack is selected", { "": exported({ ...instance, urn: URN.replace(":dev:", ":prod:") }) }],
  ["a stack of another project is selected", { "": exported({ ...instance, urn: URN.replace("garage", "barn") }) }],
])("asks for the stack of the resource by its name when %s", async (_, others) => {
  const { read, asked } = readerOver({ ...others, dev: exported(instance) });
  expect(await read(URN)).toEqual([entry]);
  expect(asked).toEqual(["stack export", "stack export --stack=dev"]);
});

it("tells which of them is the one that was asked about", async () => {
  const other = { ...instance, urn: `${URN}-2`, id: "8" };
  const { read } = readerOver({ "": exported(instance, other) });
  await read(URN);
  expect((await read(other.urn))?.map(({ id, isOwn }) => [id, isOwn])).toEqual([
    ["7", false],
    ["8", true],
  ]);
});

it("leaves out what has no id, and what the program only reads", async () => {
  const stack = { urn: `${STACK}::pulumi:pulumi:Stack::garage-dev` };
  const { read } = readerOver({ "": exported(stack, { ...instance, external: true }) });
  expect(await read(URN)).toEqual([]);
});

it.each([
  ["the CLI fails", {}],
  ["it answers something else", { "": "hello", dev: JSON.stringify({ checkpoint: {} }) }],
  ["it answers no resources, as of a stack that is not this one", { "": exported(), dev: exported() }],
])("does not know what the state holds when %s", async (_, stacks) => {
  const { read } = readerOver(stacks);
  expect(await read(URN)).toBeUndefined();
});

it("does not know when the CLI cannot be started, or nobody knows the resource", async () => {
  const read = createStateReader(() => Promise.reject(new Error("could not be started (ENOENT)")));
  expect(await read(URN)).toBeUndefined();
  expect(await read(undefined)).toBeUndefined();
});

it("asks once for all who ask, and again only after a failure", async () => {
  const stacks: Record<string, string> = {};
  const { read, asked } = readerOver(stacks);
  expect(await Promise.all([read(URN), read(URN)])).toEqual([undefined, undefined]);
  expect(asked).toHaveLength(2);
  stacks[""] = exported(instance);
  expect(await Promise.all([read(URN), read(URN)])).toEqual([[entry], [entry]]);
  expect(await read(URN)).toEqual([entry]);
  expect(asked).toHaveLength(3);
});
