import fc from 'fast-check';
import type { CellsFilter, Grant } from '#mesh/access/grant.ts';
import type { ToldEntry } from '#mesh/audit/time/history.ts';
import type { DriftEntry } from '#mesh/drift/finding.ts';
import type { ProductRecord, ProductTable } from '#mesh/product/product.ts';
import type { RegistryRecord } from '#mesh/registry.ts';
import type { ShareIntent, ShareRecord } from '#mesh/subscription/subscription.ts';
import { accountOf, GOVERNANCE_DATABASE, product, share, table } from './toy.ts';

export const CONSUMERS = ['finance', 'research'] as const;
export const TABLES = ['t0', 't1'] as const;
export const COLUMNS = ['a', 'b', 'c'] as const;
export const STRANGERS = ['arn:aws:iam::111111111111:role/someone', '999999999999'] as const;
const FILTERS = ['f', 'g'] as const;
const ROWS = ["a = 'x'", "b = 'y'"] as const;

type Consumer = (typeof CONSUMERS)[number];

/** Something that happened in the world at `at` and was recorded at `recorded`; in whole time units. */
export type Happening = { readonly at: number; readonly recorded: number } & (
  | { readonly kind: 'wanted'; readonly tables: readonly ProductTable[] }
  | { readonly kind: 'catalog'; readonly ok: boolean }
  | {
      readonly kind: 'central';
      readonly consumer: Consumer;
      readonly grants: readonly Grant[];
      readonly filters: readonly CellsFilter[];
    }
  | { readonly kind: 'strangers'; readonly grants: readonly Grant[] }
  | {
      readonly kind: 'local';
      readonly consumer: Consumer;
      readonly grants: readonly Grant[];
      readonly way: 'ok' | 'looked' | 'blind' | 'late';
    }
  | { readonly kind: 'whole'; readonly consumer: Consumer; readonly on: boolean }
  | {
      readonly kind: 'drift';
      readonly consumer?: Consumer;
      readonly grant: Grant;
      readonly since?: number;
      readonly key: string;
    }
  | { readonly kind: 'mended'; readonly consumer?: Consumer; readonly key: string }
);

export interface History {
  readonly happenings: readonly Happening[];
  /** The trail that they leave, in no order. */
  readonly entries: readonly ToldEntry[];
  readonly end: number;
}

const UNIT = 1_000;
export const timeOf = (unit: number) => unit * UNIT;
const iso = (unit: number) => new Date(unit * UNIT).toISOString();

export const roles = (consumer: Consumer) =>
  ['one', 'two'].map((name) => `arn:aws:iam::${accountOf(consumer)}:role/${name}`);

const some = <T>(values: readonly T[]) => fc.subarray([...values]);
const wild = <T extends string>(values: readonly T[]) => fc.constantFrom<T | '*'>(...values, '*');

const resource: fc.Arbitrary<Grant['resource']> = fc.oneof(
  fc
    .record({
      table: wild(TABLES),
      columns: fc.oneof(some(COLUMNS), fc.constant('*' as const)),
      excluded: some(COLUMNS),
    })
    .map(({ table: name, columns, excluded }) => ({
      kind: 'columns' as const,
      ...GOVERNANCE_DATABASE,
      table: name,
      columns,
      ...(columns === '*' && excluded.length > 0 ? { excluded } : {}),
    })),
  fc
    .record({ table: fc.constantFrom(...TABLES), name: fc.constantFrom(...FILTERS) })
    .map((where) => ({ kind: 'filter' as const, ...GOVERNANCE_DATABASE, ...where })),
  fc.constantFrom<Grant['resource']>(
    { kind: 'database', ...GOVERNANCE_DATABASE },
    { kind: 'table', ...GOVERNANCE_DATABASE, table: '*' },
  ),
);

const grantTo = (principals: readonly string[]) =>
  fc
    .record({
      principal: fc.constantFrom(...principals),
      resource,
      since: fc.option(fc.integer({ min: 0, max: 40 }), { nil: undefined }),
    })
    .map(({ principal, resource: on, since }): Grant => {
      const permissions =
        on.kind === 'columns' || on.kind === 'filter' ? (['SELECT'] as const) : (['DESCRIBE'] as const);
      return {
        principal,
        resource: on,
        permissions: [...permissions],
        grantable: [],
        ...(since === undefined ? {} : { lastUpdated: iso(since) }),
      };
    });

const filters = fc
  .tuple(
    ...TABLES.flatMap((name) =>
      FILTERS.map((filter) =>
        fc.option(
          fc
            .record({
              columns: fc.oneof(some(COLUMNS), fc.constant('*' as const)),
              rows: fc.option(fc.constantFrom(...ROWS), { nil: undefined }),
            })
            .map(
              ({ columns, rows }): CellsFilter => ({
                ...GOVERNANCE_DATABASE,
                table: name,
                name: filter,
                columns,
                ...(rows === undefined ? {} : { rows }),
              }),
            ),
          { nil: undefined, freq: 3 },
        ),
      ),
    ),
  )
  .map((all) => all.filter((filter) => filter !== undefined));

const consumer = fc.constantFrom(...CONSUMERS);
const times = {
  at: fc.integer({ min: 0, max: 40 }),
  delay: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: -2, max: 15 })),
};

const tables = fc
  .tuple(...TABLES.map(() => fc.option(fc.subarray([...COLUMNS], { minLength: 1 }), { nil: undefined, freq: 6 })))
  .map((all) =>
    all.flatMap((columns, index) => (columns === undefined ? [] : [table(TABLES[index] as string, columns)])),
  );

const happening = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wanted' as const), ...times, tables }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('catalog' as const), ...times, ok: fc.boolean() }) },
  {
    weight: 6,
    arbitrary: consumer.chain((name) =>
      fc.record({
        kind: fc.constant('central' as const),
        ...times,
        consumer: fc.constant(name),
        grants: fc.array(grantTo([accountOf(name), accountOf(name), roles(name)[0] as string]), { maxLength: 3 }),
        filters,
      }),
    ),
  },
  {
    weight: 6,
    arbitrary: consumer.chain((name) =>
      fc.record({
        kind: fc.constant('local' as const),
        ...times,
        consumer: fc.constant(name),
        grants: fc.array(grantTo(roles(name)), { maxLength: 3 }),
        way: fc.constantFrom('ok' as const, 'ok' as const, 'looked' as const, 'blind' as const, 'late' as const),
      }),
    ),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('whole' as const), ...times, consumer, on: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('strangers' as const),
      ...times,
      grants: fc.array(grantTo(STRANGERS), { maxLength: 2 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.option(consumer, { nil: undefined }).chain((name) =>
      fc.record({
        kind: fc.constant('drift' as const),
        ...times,
        consumer: fc.constant(name),
        grant: grantTo(name === undefined ? [...STRANGERS, accountOf('finance')] : roles(name)),
        since: fc.option(fc.integer({ min: 0, max: 40 }), { nil: undefined }),
        mended: fc.option(
          fc.record({ after: fc.integer({ min: 0, max: 15 }), delay: fc.integer({ min: 0, max: 9 }) }),
          { nil: undefined },
        ),
      }),
    ),
  },
);

/** A history of a product and its two consumers: commands, looks and reports early and late, hand-made grants, tables that come and go. */
export const history: fc.Arbitrary<History> = fc.array(happening, { minLength: 4, maxLength: 18 }).map((drawn) => {
  const first: Happening[] = [
    { kind: 'wanted', at: 0, recorded: 0, tables: TABLES.map((name) => table(name, ['a', 'b'])) },
    { kind: 'catalog', at: 0, recorded: 0, ok: true },
  ];
  const rest = drawn.flatMap(({ delay, ...one }, index): Happening[] => {
    const recorded = Math.max(0, one.at + delay);
    if (one.kind !== 'drift') return [{ ...one, recorded } as Happening];
    const { mended, since, consumer: name, ...found } = one;
    const own = name === undefined ? {} : { consumer: name };
    const key = `k${index}`;
    const told = { ...found, ...own, recorded, key, ...(since === undefined ? {} : { since }) } as Happening;
    if (mended === undefined) return [told];
    const at = one.at + mended.after;
    return [told, { kind: 'mended', at, recorded: Math.max(recorded, at) + mended.delay, key, ...own }];
  });
  const happenings = [...first, ...rest.toSorted((a, b) => a.recorded - b.recorded)];
  return { happenings, entries: trailOf(happenings), end: 60 };
});

/** What the registry's records would have been, write by write. */
function trailOf(happenings: readonly Happening[]): ToldEntry[] {
  const entries: ToldEntry[] = [];
  let record: ProductRecord = { ...product([]), generation: 0, revision: 0 };
  const shares = new Map<string, ShareRecord>();
  const add = (
    state: RegistryRecord & { readonly revision: number },
    recorded: number,
    details?: Record<string, unknown>,
  ) => {
    entries.push({
      id: `${state.type}@${entries.length}`,
      at: iso(recorded),
      kind: 'change',
      actor: 'weft:test',
      action: 'Tested',
      correlation: 'c-1',
      policies: [],
      entity: state.type,
      revision: state.revision,
      summary: '',
      // As it comes from the trail: nothing that is undefined, and no object shared with another entry.
      state: JSON.parse(JSON.stringify(state)),
      ...(details === undefined ? {} : { details }),
    });
  };
  const shareOf = (name: Consumer): ShareRecord => shares.get(name) ?? { ...share(intentOf(name)), revision: 0 };
  const write = (name: Consumer, change: Partial<ShareRecord>, recorded: number, details?: Record<string, unknown>) => {
    const former = shareOf(name);
    const next = { ...former, ...change, revision: former.revision + 1 };
    shares.set(name, next);
    add(next, recorded, details);
  };
  const writeProduct = (change: Partial<ProductRecord>, recorded: number) => {
    record = { ...record, ...change, revision: record.revision + 1 };
    add(record, recorded);
  };
  for (const [index, one] of happenings.entries()) {
    const { recorded } = one;
    const at = iso(one.at);
    switch (one.kind) {
      case 'wanted':
        writeProduct({ tables: one.tables, generation: record.generation + 1 }, recorded);
        break;
      case 'catalog': {
        const condition = {
          type: 'Registered' as const,
          status: one.ok ? ('true' as const) : ('false' as const),
          reason: 'Tested',
          generation: record.generation,
          at: iso(recorded),
        };
        writeProduct({ status: { ...record.status, conditions: [condition] } }, recorded);
        break;
      }
      case 'strangers':
        writeProduct({ status: { ...record.status, held: { at, grants: one.grants, filters: [] } } }, recorded);
        break;
      case 'central':
        write(one.consumer, { held: { at, grants: one.grants, filters: one.filters } }, recorded);
        break;
      case 'local': {
        const ok = one.way === 'ok' || one.way === 'late';
        const looked = one.way === 'looked' ? { looked: true } : {};
        const readBack = one.way === 'blind' ? [] : one.grants;
        const report = { generation: index, ok, at, linkExists: true, readBack, ...looked };
        if (one.way === 'late') write(one.consumer, {}, recorded, { late: report });
        else write(one.consumer, { applied: report }, recorded);
        break;
      }
      case 'whole': {
        const { passesOn: _, ...intent } = shareOf(one.consumer).intent;
        const passesOn = { tables: [], filtered: [] };
        write(one.consumer, { intent: one.on ? { ...intent, passesOn } : intent }, recorded);
        break;
      }
      case 'drift': {
        const { principal, resource: on, permissions } = one.grant;
        const entry: DriftEntry = {
          kind: 'GrantAdded',
          account: '111111111111',
          on: one.key,
          what: 'added',
          at: iso(Math.max(one.at, one.since ?? 0)),
          ...(one.since === undefined ? {} : { since: iso(one.since) }),
          grant: { principal, resource: on, permissions },
        };
        withDrift(one.consumer, (drift) => [...drift, entry], recorded);
        break;
      }
      case 'mended':
        withDrift(
          one.consumer,
          (drift) => drift.map((entry) => (entry.on === one.key ? { ...entry, repaired: at } : entry)),
          recorded,
        );
        break;
    }
  }
  return entries;

  function withDrift(
    name: Consumer | undefined,
    change: (drift: readonly DriftEntry[]) => DriftEntry[],
    recorded: number,
  ) {
    if (name !== undefined) write(name, { drift: change(shareOf(name).drift ?? []) }, recorded);
    else writeProduct({ status: { ...record.status, drift: change(record.status.drift ?? []) } }, recorded);
  }
}

function intentOf(name: Consumer): ShareIntent {
  return {
    domain: 'sales',
    product: 'orders',
    major: 1,
    consumer: name,
    account: accountOf(name),
    linkName: GOVERNANCE_DATABASE.database,
    target: { ...GOVERNANCE_DATABASE, tables: [...TABLES] },
    grants: [],
  };
}
