import { Secret } from "@pulumi/policy";
import { beforeEach, describe, expect, it } from "vitest";
import { plainSecrets } from "../../policy/rules/plain-secrets.js";
import { askOne, type Given, type Props, showMarks, UNKNOWN } from "./asked.js";

const PLAIN =
  "The variable HF_TOKEN in `env` of trainer looks like a secret by its name and is not marked as one, so that it stands readable in " +
  "the state and in previews. Give it as `pulumi.secret(…)` or `config.requireSecret(…)`, make it an `EnvVar` of the account, or " +
  "name it in `allowedNames`.";

/** What the rule says when the values in `marked` are `Secret`s and all others plain. */
function said(env: unknown, settings: Props = {}): string[] | "unknown" {
  const given: Given = { props: { env } };
  showMarks(given);
  // Validations see values without their marks.
  return askOne(plainSecrets, { props: { env: unmarked(env) } }, settings);
}

function unmarked(value: unknown): unknown {
  if (value instanceof Secret) return unmarked(value.value);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, unmarked(item)]));
}

describe("plain-secrets", () => {
  it("says nothing of plain variables that look harmless", () => {
    expect(said({ EPOCHS: "3", TOKENIZER: "bert", AWS_ACCESS_KEY_ID: "me", TOKEN_FILE: "/t", KEYBOARD: "de" })).toEqual(
      [],
    );
  });

  it("names a variable whose name says that it is a secret", () => {
    expect(said({ HF_TOKEN: "hello" })).toEqual([PLAIN]);
  });

  it.each(["WANDB_API_KEY", "wandb_apikey", "AWS_SECRET_ACCESS_KEY", "DB_PASSWORD", "TOKEN", "GIT_CREDENTIALS"])(
    "knows %s",
    (name) => {
      expect(said({ [name]: "hello" })).toHaveLength(1);
    },
  );

  it.each([
    `hf_${"a".repeat(34)}`,
    `sk-${"a".repeat(40)}`,
    `ghp_${"a".repeat(36)}`,
    "AKIAIOSFODNN7EXAMPLE",
    "postgres://me:hunter2@db/x",
    "-----BEGIN OPENSSH PRIVATE KEY-----",
  ])("knows a value such as %s, and never repeats it", (value) => {
    const answer = said({ SETTINGS: value });
    expect(answer).toHaveLength(1);
    expect(String(answer)).toContain("looks like a secret by its value");
    expect(String(answer)).not.toContain(value);
  });

  it("lets a marked variable pass, and one in an `env` that is marked as a whole", () => {
    expect(said({ HF_TOKEN: new Secret("hello") })).toEqual([]);
    expect(said(new Secret({ HF_TOKEN: "hello" }))).toEqual([]);
  });

  it("looks at each variable for itself", () => {
    expect(said({ WANDB_API_KEY: new Secret("hello"), HF_TOKEN: "hello" })).toEqual([PLAIN]);
  });

  it("judges a value that is not known yet by its name, and its mark is known", () => {
    expect(said({ EPOCHS: UNKNOWN, HF_TOKEN: new Secret(UNKNOWN) })).toEqual([]);
    expect(said({ HF_TOKEN: UNKNOWN })).toEqual([PLAIN]);
  });

  it("takes names that are allowed, and a pattern of further ones", () => {
    expect(said({ HF_TOKEN: "hello" }, { allowedNames: ["HF_TOKEN"] })).toEqual([]);
    expect(said({ PINS: "hello", PIN: "1234" }, { namePattern: "^pin$" })).toEqual([
      expect.stringContaining("The variable PIN in"),
    ]);
  });

  it("looks at templates, and at nothing else", () => {
    const env = { HF_TOKEN: "hello" };
    for (const given of [
      { kind: "Template", props: { env } },
      { kind: "other", props: { env } },
    ] as const) {
      showMarks(given);
      expect(askOne(plainSecrets, given)).toHaveLength(given.kind === "Template" ? 1 : 0);
    }
  });

  it("says that it cannot tell marks when nobody noted them", () => {
    expect(askOne(plainSecrets, { name: "unseen", props: { env: { HF_TOKEN: "hello" } } })).toEqual([
      "The variable HF_TOKEN in `env` of unseen looks like a secret by its name, and whether it is marked cannot be told while the rule " +
        'secret-marks is off. Configure it as "remediate".',
    ]);
  });
});

describe("secret-marks", () => {
  beforeEach(() => expect.hasAssertions());

  it("changes nothing", () => {
    expect(showMarks({ props: { env: { HF_TOKEN: "hello" } } })).toBeUndefined();
  });

  it.each([{}, { env: UNKNOWN }, { env: null }])("bears %j", (props) => {
    expect(showMarks({ props })).toBeUndefined();
  });
});
