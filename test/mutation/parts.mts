/** One part of what handles money, with the tests that are about it: those that fail first when it breaks, so that a mutant takes seconds. */
export interface Part {
  /** What is broken, from the project's root. */
  readonly mutate: readonly string[];
  readonly tests: readonly string[];
}

const INSTANCE = "provider/resources/instance";

/** Tests of a whole life on the virtual clock. */
function lifecycle(...names: string[]): string[] {
  return names.map((name) => `test/lifecycle/${name}.test.ts`);
}

/** Tests of what one module decides. */
function instance(...names: string[]): string[] {
  return names.map((name) => `test/instance/${name}.test.ts`);
}

export const PARTS: Readonly<Record<string, Part>> = {
  engine: {
    mutate: ["provider/api/retry.ts", "provider/engine/{diff,lifecycle}.ts", "provider/wait.ts"],
    tests: [
      ...["wait", "api/retry", "engine-parts/diff", "engine-parts/lifecycle", "engine-parts/check"],
      ...["engine-parts/listening", "engine-parts/values", "engine-parts/entries", "api/client"],
    ].map((name) => `test/${name}.test.ts`),
  },
  readiness: {
    mutate: [`${INSTANCE}/boot/{boot-faults,history,readiness}.ts`],
    tests: [...instance("boot-faults", "readiness", "readiness-edges"), ...lifecycle("not-started")],
  },
  boot: {
    mutate: [`${INSTANCE}/boot/{follow-change,follow-new,wait-ready}.ts`],
    tests: lifecycle(
      ...["cap", "budget", "never-lost", "drift-actions", "create", "not-started", "update", "boot-log"],
      ...["boot-failure", "deadlines", "update-report", "wait-for"],
    ),
  },
  bill: {
    mutate: [`${INSTANCE}/rent/bill.ts`],
    tests: [...instance("bill"), ...lifecycle("cap", "boot-bill")],
  },
  found: {
    mutate: [`${INSTANCE}/rent/{give-back,left-over,lost-answer}.ts`],
    tests: [
      ...instance("give-back"),
      ...lifecycle("left-over", "cap", "never-lost", "traffic", "renamed"),
      ...instance("volumes-never-lost"),
    ],
  },
  create: {
    mutate: [`${INSTANCE}/create.ts`],
    tests: [
      ...lifecycle("create", "finish", "never-lost", "adopt", "traffic", "replaced-ids", "deadlines", "first-minute"),
      ...lifecycle("budget", "left-over", "left-behind"),
      ...instance("keys", "volumes-never-lost"),
      "test/fleet/spread.test.ts",
    ],
  },
  finish: {
    mutate: [`${INSTANCE}/rent/finish.ts`],
    tests: [
      ...lifecycle("create", "finish", "never-lost", "time-to-live", "adopt", "first-minute", "traffic", "renamed"),
      ...lifecycle("left-behind", "watchdog-after"),
      ...instance("volumes-never-lost"),
    ],
  },
  rent: {
    mutate: [`${INSTANCE}/rent/rent.ts`],
    tests: [
      ...lifecycle("create", "never-lost", "rent-report", "budget", "traffic", "time-to-live", "strays", "company"),
      ...instance("volumes-never-lost"),
      "test/fleet/spread.test.ts",
    ],
  },
  stack: {
    mutate: [`${INSTANCE}/{destroy,label}.ts`, `${INSTANCE}/stack/{left-behind,own-contracts,sweep}.ts`],
    tests: [
      ...instance("label", "own-contracts", "left-behind"),
      ...lifecycle("first-minute", "never-lost", "other-account", "read-delete", "strays", "traffic"),
      ...lifecycle("left-behind", "replaced-unseen", "renamed"),
      ...instance("volumes-end", "volumes-never-lost"),
    ],
  },
  sync: {
    mutate: [`${INSTANCE}/sync.ts`],
    tests: [
      ...lifecycle("update", "update-report", "changed-outside", "time-to-live", "first-minute", "other-account"),
      ...lifecycle("cap", "budget-updates", "read-delete", "drift-actions", "drift-over"),
      ...instance("keys", "volumes-end"),
      ...lifecycle("watchdog-after"),
    ],
  },
};

/** The part that this process is to break. */
export function currentPart(): Part & { readonly name: string } {
  const name = process.env.MUTATION_PART ?? "";
  const part = PARTS[name];
  if (part === undefined) throw new Error(`MUTATION_PART is "${name}"; it is one of ${Object.keys(PARTS).join(", ")}`);
  return { name, ...part };
}
