/** Number and price in $/h of some instances together. */
export interface Sum {
  readonly count: number;
  readonly dollarsPerHour: number;
}

/** The same with one instance more. A price that is not known counts as 0 $/h. */
export function withOneMore({ count, dollarsPerHour }: Sum, price: number | undefined): Sum {
  return { count: count + 1, dollarsPerHour: dollarsPerHour + (price ?? 0) };
}

/** What the program wants of a resource, as far as it is known. */
export interface Plan {
  /** It stands in the state already. */
  readonly exists: boolean;
  /** What it is to cost in $/h; undefined while that is not known. */
  readonly dollarsPerHour?: number | undefined;
  /** What the market lets expect instead: good enough to warn of it. */
  readonly estimate?: number | undefined;
}

/** The place of one create in the ledger. Whoever takes one releases it, however the create ends. */
export interface Hold {
  /** An offer of this price is about to be rented. */
  take(dollarsPerHour: number): void;
  /** There is a contract, which counts from now on until it is {@link Hold.lost}, or removed. */
  became(id: number): void;
  /** That contract is gone for certain. */
  lost(): void;
  /** The create is over: what it did not turn into a contract counts no more. */
  release(): void;
}

/**
 * What this process knows of the stack's instances and their prices. They are kept by the resource that they belong to: while one is replaced there
 * are two of it.
 */
export interface Ledger {
  /** Notes an instance that exists. A price that is not known stays what it was, and is 0 $/h before any is known. */
  note(id: number, resource: string, dollarsPerHour: number | undefined): void;
  /** It is about to be ended: it counts until it is gone, but nothing else is ended because of it. */
  leave(id: number): void;
  /** It is gone for certain. */
  remove(id: number): void;
  /** The program has this resource. */
  plan(resource: string, plan: Omit<Plan, "estimate">): void;
  /** So much it is likely to cost, as the market looks. */
  estimate(resource: string, dollarsPerHour: number | undefined): void;
  /** Makes the place of a create. */
  hold(resource: string): Hold;
  /** What exists and what is about to be rented, but one contract and the create of one resource. */
  now(but: { readonly id?: number; readonly resource?: string }): Sum;
  /** What exists and is to stay, but one contract. */
  staying(butId: number): Sum;
  /** One instance for each resource, as they will be when all that is planned is done, but for one resource. */
  planned(butResource: string, prices?: "known" | "known or estimated"): Sum;
  /** The contracts of one resource. */
  of(resource: string): Sum;
  /** Something new is planned, or was made by this process. */
  hasNew(): boolean;
  /** Something new is planned, and nothing is rented for it yet. */
  hasUnbegun(): boolean;
}

interface Entry {
  readonly resource: string;
  readonly dollarsPerHour: number;
  readonly isNew: boolean;
  readonly isLeaving: boolean;
}

/** An empty ledger. */
export function createLedger(): Ledger {
  const contracts = new Map<number, Entry>();
  const plans = new Map<string, Plan>();
  const holds = new Set<{ readonly resource: string; dollarsPerHour: number | undefined }>();
  /** Resources that check has named and whose contract no call has shown yet. */
  const unseen = new Set<string>();

  function set(id: number, entry: Pick<Entry, "resource"> & Partial<Entry>): void {
    const { dollarsPerHour = 0, isNew = false, isLeaving = false } = contracts.get(id) ?? {};
    contracts.set(id, { dollarsPerHour, isNew, isLeaving, ...entry });
    unseen.delete(entry.resource);
  }
  const priced = (dollarsPerHour: number | undefined) => (dollarsPerHour === undefined ? {} : { dollarsPerHour });
  const pricesWhere = (fits: (entry: Entry, id: number) => boolean) =>
    [...contracts].flatMap(([id, entry]) => (fits(entry, id) ? [entry.dollarsPerHour] : []));

  return {
    note: (id, resource, dollarsPerHour) => set(id, { resource, ...priced(dollarsPerHour) }),
    leave: (id) => {
      const entry = contracts.get(id);
      if (entry) set(id, { ...entry, isLeaving: true });
    },
    remove: (id) => {
      contracts.delete(id);
    },
    plan: (resource, plan) => {
      plans.set(resource, plan);
      const isShown = [...contracts.values()].some((entry) => entry.resource === resource);
      if (plan.exists && !isShown) unseen.add(resource);
    },
    hold: (resource) => {
      const held = { resource, dollarsPerHour: undefined as number | undefined };
      let contract: number | undefined;
      holds.add(held);
      return {
        take: (dollarsPerHour) => {
          held.dollarsPerHour = dollarsPerHour;
        },
        became: (id) => {
          contract = id;
          set(id, { resource, isNew: true, ...priced(held.dollarsPerHour) });
          held.dollarsPerHour = undefined;
          plans.delete(resource);
        },
        lost: () => {
          if (contract !== undefined) contracts.delete(contract);
        },
        release: () => {
          holds.delete(held);
          plans.delete(resource);
        },
      };
    },
    now: ({ id: butId, resource: butResource }) => {
      const rented = pricesWhere((_, id) => id !== butId);
      const inHand = [...holds].flatMap(({ resource, dollarsPerHour }) =>
        dollarsPerHour === undefined || resource === butResource ? [] : [dollarsPerHour],
      );
      return sumOf([...rented, ...inHand, ...[...unseen].map(() => 0)]);
    },
    staying: (butId) => sumOf(pricesWhere(({ isLeaving }, id) => id !== butId && !isLeaving)),
    estimate: (resource, estimate) => {
      const plan = plans.get(resource);
      if (plan) plans.set(resource, { ...plan, estimate });
    },
    planned: (butResource, which = "known") => {
      const prices = new Map<string, number>();
      for (const { resource, dollarsPerHour } of contracts.values()) prices.set(resource, dollarsPerHour);
      for (const [resource, { dollarsPerHour: known, estimate }] of plans) {
        const expected = which === "known" ? known : (estimate ?? known);
        prices.set(resource, expected ?? prices.get(resource) ?? 0);
      }
      for (const { resource, dollarsPerHour } of holds) {
        prices.set(resource, dollarsPerHour ?? prices.get(resource) ?? 0);
      }
      prices.delete(butResource);
      return sumOf([...prices.values()]);
    },
    of: (resource) => sumOf(pricesWhere((entry) => entry.resource === resource)),
    hasNew: () =>
      [...plans.values()].some(({ exists }) => !exists) || [...contracts.values()].some(({ isNew }) => isNew),
    hasUnbegun: () => {
      const begun = new Set([...holds].map(({ resource }) => resource));
      return [...plans].some(([resource, { exists }]) => !exists && !begun.has(resource));
    },
  };
}

function sumOf(prices: readonly number[]): Sum {
  return { count: prices.length, dollarsPerHour: prices.reduce((sum, price) => sum + price, 0) };
}
