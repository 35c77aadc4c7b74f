import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ApiError } from "../../provider/errors.js";
import type { OfferCandidate } from "../../provider/offer/rank.js";
import { scrubber } from "../../provider/resources/instance/boot/scrubber.js";
import { isReadable, type Known, secretValues } from "../../provider/resources/instance/boot/secret-values.js";
import { refused } from "../../provider/resources/instance/rent/rent-failures.js";

const scrub = (text: string, known: Known = {}) => scrubber(known)(text);
const PEM = [
  "-----BEGIN PRIVATE KEY-----",
  "MIIEpAIBAAKCAQEAline1",
  "MIIEpAIBAAKCAQEAline2",
  "-----END PRIVATE KEY-----",
];

describe("what a program keeps secret", () => {
  it.each<[string, Known, string, string]>([
    [
      "a value of the environment",
      { inputs: { env: { PHRASE: "correct horse" } } },
      "said correct horse twice",
      "said … twice",
    ],
    [
      "a short one with a telling name",
      { inputs: { env: { DB_PASSWORD: "pw5!x" } } },
      "login pw5!x failed",
      "login … failed",
    ],
    [
      "the environment of a template",
      { row: { id: 1, extra_env: { TOKEN: "abcdef" } } },
      "TOKEN is abcdef",
      "TOKEN is …",
    ],
    ["a short password", { inputs: { imageLogin: login("pw5!x") } }, "login pw5!x failed", "login … failed"],
    ["a login in its base64", { inputs: { imageLogin: login("pw5!x") } }, `auth ${btoa("someuser:pw5!x")}`, "auth …"],
    ["an argument", { inputs: { args: ["--hf", "hf0secretsecret1"] } }, "serve --hf hf0secretsecret1", "serve --hf …"],
    ["an argument with its name", { inputs: { args: ["--token=open"] } }, "got open here", "got … here"],
    ["an argument behind its name", { inputs: { args: ["--api-key", "open"] } }, "got open here", "got … here"],
    ["an argument of a template", { row: { id: 1, image_args: ["--token=open"] } }, "got open here", "got … here"],
    [
      "a word of the start script",
      { inputs: { onstart: "export HF=hunter2hunter2\nrun" } },
      "+ export HF=hunter2hunter2",
      "+ export HF=…",
    ],
    ["the notebook's token", { row: { id: 1, jupyter_token: "d217905c" } }, "+ echo d217905c", "+ echo …"],
    ["a key", { keys: ["5b952997", undefined, 7] }, "+ echo 5b952997", "+ echo …"],
    [
      "a value within JSON",
      { inputs: { env: { A: 'say "hello"' } } },
      JSON.stringify({ A: 'say "hello"' }),
      '{"A":"…"}',
    ],
    ["the longer of two that overlap", { keys: ["abcdef", "abcdefghi"] }, "abcdefghi", "…"],
  ])("is scrubbed: %s", (_, known, text, expected) => {
    expect(scrub(text, known)).toBe(expected);
  });

  it("is scrubbed line by line when it has several, for a log may show its end alone", () => {
    const known = { inputs: { env: { CERTIFICATE: PEM.slice(1, 3).join("\n") } } };
    expect(scrub("MIIEpAIBAAKCAQEAline2\nnext", known)).toBe("…\nnext");
  });

  it("leaves what tells a reader what went wrong", () => {
    const known: Known = {
      inputs: {
        env: { DEBUG: "1", LEVEL: "info" },
        args: ["serve", "Qwen/Qwen2.5-7B-Instruct", "--port", "8000", "/workspace/run.sh", "--gpu-memory=0.9"],
        onstart: "cd /workspace && TOKEN=$HF_TOKEN python3.11 train.py --lr 0.001",
      },
    };
    expect(secretValues(known)).toEqual([]);
    const text =
      'OCI runtime create failed: exec: "/workspace/run.sh": permission denied; Qwen/Qwen2.5-7B-Instruct 1 info';
    expect(scrub(text, known)).toBe(text);
  });

  it("never shows a part of itself, wherever it stands and wherever the text is cut", () => {
    const secret = fc
      .string({ minLength: 8, maxLength: 60, unit: "grapheme-ascii" })
      .filter((text) => text.trim() === text);
    fc.assert(
      fc.property(secret, fc.string({ maxLength: 40 }), fc.string({ maxLength: 40 }), (value, before, after) => {
        fc.pre(!before.includes(value) && !after.includes(value));
        const cut = scrub(`${before} ${value} ${after}`, { inputs: { env: { A: value } } }).slice(0, 20);
        expect(cut.includes(value.slice(0, 8)) && !`${before} … ${after}`.includes(value.slice(0, 8))).toBe(false);
      }),
    );
  });
});

describe("what looks like a secret", () => {
  it.each([
    ["API_KEY=abcdef0123456789", "API_KEY=…"],
    ["Authorization: Bearer abcdef0123456789", "Authorization: Bearer …"],
    ['{"password": "abcdef0123456789"}', '{"password": "…"}'],
    ["password=p@ss!w0rd$123", "password=…"],
    ["token abc123def456", "token …"],
    ["using hf_abcdefghijkl", "using …"],
    ["sk-proj-abcdefgh and ghp_abcdefgh12", "… and …"],
    ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "…"],
    ["+ echo 0123456789abcdef0123456789abcdef", "+ echo …"],
    ["git clone https://me:abcd@example.com/x", "git clone https://me:…@example.com/x"],
    [`before\n${PEM.join("\n")}\nafter`, "before\n…\nafter"],
    [`cut ${PEM.slice(0, 2).join("\n")}`, "cut …"],
  ])("is scrubbed without being known: %s", (text, expected) => {
    expect(scrub(text)).toBe(expected);
  });

  it.each([
    "Traceback (most recent call last)",
    "KeyError: 'model'",
    "SyntaxError: Unexpected token expected",
    "monkey: banana",
    "max_tokens: 2048",
    `acme/image@sha256:${"0123456789abcdef".repeat(4)}`,
    "2741c81b500d: Pull complete",
    "File /usr/local/lib/python3.11/site-packages/torch/nn/modules/module.py, line 1511",
    "http://example.com:8080/path@2",
  ])("is told from what does not: %s", (text) => {
    expect(scrub(text)).toBe(text);
  });
});

it("what steers a terminal, or turns the order of letters, is taken out", () => {
  expect(scrub("\u001b[2J\u001b]0;owned\u0007\u001b[31mhello\u001b[0m\tyou\r\n10 %\r20 %\u202e!")).toBe(
    "hello\tyou\n10 %\n20 %!",
  );
});

it("a secret that is coloured is one all the same", () => {
  expect(scrub("hunter2\u001b[31mhunter2", { keys: ["hunter2hunter2"] })).toBe("…");
});

it.each([
  [true, ["serve", "v0.19.0", "/workspace/run.sh", "Qwen2.5-7B", "8080", "rtx4090", ""]],
  [
    false,
    ["hunter2hunter2", "p@ss!word", "550e8400-e29b-41d4-a716-446655440000", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo"],
  ],
])("a word is one that a person can read: %s", (expected, words) => {
  expect(words.map(isReadable)).toEqual(words.map(() => expected));
});

it("a refusal that repeats what Vast was sent does not show it", () => {
  const refusal = { status: 400, code: "invalid_args", route: "PUT", said: "Invalid args: -p pw5!x docker.io" };
  const error = refused(
    {
      attempts: {
        startedAt: 0,
        lookedAt: 0,
        slowAtLook: 0,
        lateShown: false,
        failed: [],
        givenBack: [],
        answerLost: false,
        lostVolumeNames: [],
        volumesLeft: [],
      },
    },
    { offerId: 7 } as OfferCandidate,
    new ApiError(refusal),
    scrubber({ inputs: { imageLogin: login("pw5!x") } }),
  );
  expect(String(error)).toMatch(/"Invalid args: -p … docker\.io"/);
});

function login(password: string) {
  return { registry: "docker.io", username: "someuser", password };
}
