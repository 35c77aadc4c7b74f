const SECRET_NAME = /(^|_)(API)?(KEY|TOKEN|SECRET|PASS|PASSWD|PASSWORD|PASSPHRASE|PWD|CREDENTIAL|AUTH)S?(_|$)/i;

/** Whether the name of a variable says that its value is to be kept secret: `HF_TOKEN`, `AWS_SECRET_ACCESS_KEY`. */
export function soundsSecret(name: string): boolean {
  return SECRET_NAME.test(name);
}
