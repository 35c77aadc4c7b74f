import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  fingerprintOf,
  isSamePublicKey,
  KEY_TYPES,
  type PublicKey,
  parsePublicKey,
} from "../../provider/public-key.js";
import { aPublicKey, PRIVATE_KEY } from "../support/public-keys.js";

/** Made by ssh-keygen, with the fingerprint that `ssh-keygen -l` says. */
const REAL = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKpTFde0XVOp7r2I1qxRtQokxcjmJpfpI75QIqtLRaHL me@ed25519";
const REAL_FINGERPRINT = "SHA256:tnGJvo6yurlzo37rEhY5G1ZrPRF+UA1bAGwuoVJlBZ8";

function parsed(text: string): PublicKey {
  const key = parsePublicKey(text);
  if ("problem" in key) throw new Error(key.problem);
  return key;
}

function problemOf(text: string): string {
  const key = parsePublicKey(text);
  return "problem" in key ? key.problem : "";
}

/** A key of a type, with any fields after it. */
function lineOf(type: string, fields: readonly Uint8Array[]): string {
  const parts = [Buffer.from(type), ...fields].flatMap((bytes) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return [length, Buffer.from(bytes)];
  });
  return `${type} ${Buffer.concat(parts).toString("base64")}`;
}

describe("a public key", () => {
  it("is read in its parts, with the fingerprint that ssh-keygen shows", () => {
    expect(parsed(`${REAL}\r\n`)).toMatchObject({ type: "ssh-ed25519", comment: "me@ed25519" });
    expect(fingerprintOf(parsed(REAL))).toBe(REAL_FINGERPRINT);
  });

  it("may have no comment, or one of several words", () => {
    expect(parsed(aPublicKey(1, "")).comment).toBe("");
    expect(parsed(aPublicKey(1, "my old laptop")).comment).toBe("my old laptop");
  });

  it("is the same by type and blob, whatever the comment and the blanks", () => {
    const [type, blob] = REAL.split(" ");
    expect(isSamePublicKey(REAL, `  ${type}   ${blob}\n`)).toBe(true);
    expect(isSamePublicKey(REAL, aPublicKey())).toBe(false);
    expect(isSamePublicKey("nonsense", "nonsense")).toBe(false);
  });

  it("of any known type and content reads back as written, and cut short anywhere is refused", () => {
    const fields = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(fc.constantFrom(...KEY_TYPES), fields, fc.nat(), (type, content, at) => {
        const line = lineOf(type, content);
        expect(parsed(`${line} name`)).toMatchObject({ type, blob: line.split(" ")[1] });
        // Not within the padding, which may be left out.
        const shorter = line.replace(/=+$/, "").slice(0, -1 - (at % 8));
        expect(isSamePublicKey(line, shorter)).toBe(false);
      }),
    );
  });
});

describe("a text that is no public key", () => {
  it.each([
    ["an OpenSSH private key", PRIVATE_KEY],
    ["a PEM private key", "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----"],
    ["a PuTTY private key", "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nPrivate-Lines: 1\nAAAAIE"],
  ])("is refused loudly when it is %s, and not repeated", (_what, text) => {
    const problem = problemOf(text);
    expect(problem).toMatch(/^this is a private key\. It was neither sent nor stored\./);
    for (const line of text.split("\n").filter((each) => each !== "")) expect(problem).not.toContain(line);
  });

  it.each([
    ["nothing", " \n", /not empty/],
    ["two lines", `${aPublicKey(1)}\n${aPublicKey(2)}`, /one line/],
    ["a NUL in it", aPublicKey(1).replace("me@", "me\0"), /one line/],
    ["a word", "hello", /begins with its type/],
    ["options before it", `restrict ${aPublicKey(1)}`, /without options/],
    ["a type that OpenSSH dropped", "ssh-dss AAAAB3NzaC1kc3M=", /begins with its type/],
    ["a type alone", "ssh-ed25519", /not a key in base64/],
    ["no base64", "ssh-ed25519 AAAA…XYZ me", /not a key in base64/],
    ["another type inside", aPublicKey().replace("ssh-ed25519", "ssh-rsa"), /of another type or cut off/],
    ["the type alone inside", lineOf("ssh-ed25519", []), /of another type or cut off/],
    ["another format", "---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----", /ssh-keygen -i/],
  ])("is refused with the reason: %s", (_what, text, reason) => {
    expect(problemOf(text)).toMatch(reason);
  });
});
