/** An ed25519 key as `ssh-keygen` writes its .pub file, made of one repeated byte: the same `n` gives the same key. */
export function aPublicKey(n = 1, comment = "me@laptop"): string {
  const field = (bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const blob = Buffer.concat([field(Buffer.from("ssh-ed25519")), field(Buffer.alloc(32, n))]).toString("base64");
  return `ssh-ed25519 ${blob} ${comment}`.trim();
}

/** What must never be sent, stored or shown. */
export const PRIVATE_KEY = `-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
-----END OPENSSH PRIVATE KEY-----
`;
