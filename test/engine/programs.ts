/** Inputs that can be written as JSON. */
export type Args = Readonly<Record<string, unknown>>;

/** What a plain test rents. */
const PLAIN: Args = { offer: { gpuName: "RTX 4090" }, image: "ubuntu:22.04", diskGb: 20 };

/** A statement that makes one instance; `more` is code of further inputs, `options` of the resource options. */
export function instance(name: string, args: Args = {}, { more = "{}", options = "{}" } = {}): string {
  const inputs = JSON.stringify({ ...PLAIN, ...args });
  return `const ${name} = new vastai.Instance("${name}", { ...${inputs}, ...${more} }, ${options});\n`;
}

/** A program with one instance `trainer` and what people ask of it. */
export function trainer(args: Args = {}): string {
  return `${instance("trainer", args)}
exports.ssh = trainer.sshCommand;
exports.dollarsPerHour = trainer.dollarsPerHour;
exports.status = trainer.status;
exports.label = trainer.label;
`;
}
