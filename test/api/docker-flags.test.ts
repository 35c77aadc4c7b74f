import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatDockerFlags, joinWords, parseDockerFlags, splitWords } from "../../provider/api/docker-flags.js";

const name = fc.stringMatching(/^[A-Za-z_][\w.-]{0,8}$/);
/** Letters that shells, docker and Vast give a meaning to, and some that nobody does. */
const letter = fc.constantFrom(..."aZ0 =\"'$`\\\n\t!#*;&|<>()[]{}~?-:,/é€");
const value = fc.oneof(fc.string({ unit: letter, maxLength: 12 }), fc.string());
const port = fc.stringMatching(/^\d{1,5}:\d{1,5}(\/udp)?$/);
/** Words that begin no variable and no port; check refuses those. */
const other = value.filter((word) => !/^(-[ep]|--env|--publish)/.test(word));
const flags = fc.record({
  env: fc.dictionary(name, value, { noNullPrototype: true }),
  ports: fc.array(port, { maxLength: 3 }),
  others: fc.array(other, { maxLength: 3 }),
});

describe("docker's words", () => {
  it("are read back as they were written", () => {
    fc.assert(
      fc.property(flags, (given) => {
        expect(parseDockerFlags(formatDockerFlags(given))).toEqual(given);
      }),
      { numRuns: 500 },
    );
  });

  it("are read by a shell as by us", () => {
    // No NUL in a word: no shell can take one. Some shells expand "!" only in a terminal.
    const word = fc.string({ unit: letter, maxLength: 8 });
    const words = fc.sample(fc.array(word, { minLength: 20, maxLength: 20 }), { numRuns: 10, seed: 1 }).flat();
    const script = `for word in ${joinWords(words)}; do printf '%s\\0' "$word"; done`;
    const said = execFileSync("sh", ["-c", script], { encoding: "utf8" });
    expect(said.split("\0").slice(0, -1)).toEqual(words);
  });

  it.each([
    ["-e A=b -p 8000:8000", { env: { A: "b" }, ports: ["8000:8000"], others: [] }],
    ['-e DATA_DIRECTORY="/workspace/data/"', { env: { DATA_DIRECTORY: "/workspace/data/" }, ports: [], others: [] }],
    [
      "-e ARGS='--model-id a/b --quantize gptq'",
      { env: { ARGS: "--model-id a/b --quantize gptq" }, ports: [], others: [] },
    ],
    ["--env A=1 --env=B=2 -eC=3 -e D", { env: { A: "1", B: "2", C: "3", D: "" }, ports: [], others: [] }],
    ["-e A=1 -e A=2", { env: { A: "2" }, ports: [], others: [] }],
    ["-e A= -e B=x=y", { env: { A: "", B: "x=y" }, ports: [], others: [] }],
    ["-h trainer -p 53:53/udp", { env: {}, ports: ["53:53/udp"], others: ["-h", "trainer"] }],
    ["--entrypoint sh --environment x", { env: {}, ports: [], others: ["--entrypoint", "sh", "--environment", "x"] }],
    ["", { env: {}, ports: [], others: [] }],
  ])("are understood as others write them: %s", (text, expected) => {
    expect(parseDockerFlags(text)).toEqual(expected);
  });

  it("are undefined where a quote is not closed", () => {
    expect(parseDockerFlags('-e A="b')).toBeUndefined();
    expect(splitWords("it's")).toBeUndefined();
  });

  it("are in double quotes where rows of the live service have them, and in single ones where a shell would act", () => {
    expect(formatDockerFlags({ env: { A: "x y", B: "$HOME", C: "it's $5", D: "" }, ports: [], others: [] })).toBe(
      `-e A="x y" -e B='$HOME' -e C='it'\\''s $5' -e D=`,
    );
  });
});
