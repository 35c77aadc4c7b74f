// Adds to package-lock.json the binaries of other platforms that `npm install` left out.
//
// A registry mirror that carries only some platforms makes npm drop the optional packages it cannot see, and `npm ci`
// then refuses the lock file everywhere ("Missing: … from lock file"). Run after every change of dependencies:
// `npm run lock`.
import { readFileSync, writeFileSync } from "node:fs";

interface LockedPackage {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}

const file = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(file, "utf8")) as { packages: Record<string, LockedPackage> };

const systems = ["android", "darwin", "freebsd", "linux", "openharmony", "win32"];
const processors = ["arm64", "arm", "ia32", "ppc64", "riscv64", "s390x", "x64"];
const libraries: Record<string, string> = { musl: "musl", musleabihf: "musl", gnu: "glibc", gnueabihf: "glibc" };

let added = 0;
for (const owner of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(owner.optionalDependencies ?? {})) {
    const path = `node_modules/${name}`;
    if (lock.packages[path] || !/^\d/.test(version)) continue;
    const words = name.split(/[/-]/);
    const os = systems.filter((system) => words.includes(system));
    const cpu = processors.filter((processor) => words.includes(processor));
    // Without a platform in its name npm would try to install it here.
    if (os.length === 0 || cpu.length === 0) continue;
    const libc = os.includes("linux") ? words.flatMap((word) => libraries[word] ?? []) : [];
    lock.packages[path] = {
      version,
      cpu,
      ...(owner.dev ? { dev: true } : {}),
      ...(libc.length > 0 ? { libc } : {}),
      optional: true,
      os,
    };
    added += 1;
  }
}

lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`package-lock.json: ${added} binaries of other platforms added`);
