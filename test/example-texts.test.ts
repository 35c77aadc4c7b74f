// Keeps the READMEs of the examples true: the commands, settings, outputs and files that they name. What the programs do is tested under the
// real engine, in test/engine/examples.test.ts.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(__dirname, "..");
const examples = readdirSync(join(root, "examples"));
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: Record<string, string> };

/** Every first group of a pattern in a text. */
function all(pattern: RegExp, text: string): string[] {
  return [...text.matchAll(pattern)].map(([, found]) => found ?? "");
}

/** Programs that run Pulumi by its Automation API, and projects that `pulumi up` runs. */
const programs = examples.filter((name) => existsSync(join(root, "examples", name, "run.mts")));
const projects = examples.filter((name) => !programs.includes(name));

/** A file of an example. */
function read(name: string, file: string): string {
  return readFileSync(join(root, "examples", name, file), "utf8");
}

describe.each(examples)("the README of %s", (name) => {
  const readme = read(name, "README.md");

  it("says how to run it against the simulator and for real", () => {
    expect(readme).toMatch(new RegExp(`^# ${name}\\n`));
    expect(all(/^cd (\S+)$/gm, readme)).toEqual([`examples/${name}`]);
    expect(all(/^## (.*)$/gm, readme)).toEqual(expect.arrayContaining(["Against the simulator", "For real"]));
  });

  it("names scripts and files that exist", () => {
    expect(all(/npm run ([\w:-]+)/g, readme).filter((script) => !(script in scripts))).toEqual([]);
    const files = all(/\]\(([^)]+)\)/g, readme).filter((target) => !target.startsWith("https:"));
    expect(files.filter((file) => !existsSync(join(root, "examples", name, file)))).toEqual([]);
  });
});

describe.each(projects)("the README of %s, a project,", (name) => {
  const readme = read(name, "README.md");
  const program = read(name, "index.ts");

  it("brings it up and takes it down, and it stands in a folder of the project's name", () => {
    expect(read(name, "Pulumi.yaml")).toMatch(
      new RegExp(`^name: ${name}\\ndescription: .+\\nruntime: nodejs\\nmain: index.ts\\n$`),
    );
    for (const command of ["up", "destroy", "stack rm try"]) {
      expect(readme).toMatch(new RegExp(`^npm run pulumi -- ${command}( .*)?$`, "m"));
    }
  });

  it("names settings and outputs that the program has", () => {
    const settings = all(/config set (?:--secret )?([\w:]+)/g, readme).filter((key) => !key.startsWith("vastai:"));
    expect(settings.filter((key) => !program.includes(`"${key}"`))).toEqual([]);
    const outputs = all(/stack output (\w+)/g, readme);
    expect(outputs.filter((output) => !program.includes(`export const ${output} =`))).toEqual([]);
  });
});

describe.each(programs)("the README of %s, a program,", (name) => {
  it("has a table of the options that the program's own help tells", () => {
    const options = all(/^ {2}(--[\w-]+)/gm, read(name, "options.mts"));
    expect(options).not.toEqual([]);
    expect(all(/^\| `(--[\w-]+)`/gm, read(name, "README.md"))).toEqual(options);
  });
});
