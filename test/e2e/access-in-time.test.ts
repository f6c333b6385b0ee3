import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { alterSource, enrol, sourceOf } from '#cli/demo/sources.ts';
import { ask, refusal, STRIKES } from '#cli/demo/sql.ts';
import { World } from '#cli/demo/world.ts';
import { bringUp } from '#cli/local-mesh.ts';
import { readMeshFile } from '#cli/mesh-file.ts';
import { publishBody, readProductFolder } from '#cli/product-folder.ts';
import { waitForProduct, waitForSubscription } from '#cli/wait.ts';
import type { AccessFact } from '#mesh/audit/time/facts.ts';
import type { Step } from '#mesh/audit/time/story.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { runWeft } from '../cli/run-weft.ts';
import { judging } from '../judge/judging.ts';

const ANALYST = 'analytics/analyst';
const ROWS = "origin_state IN ('Texas', 'California')";
const PRODUCTS = {
  'wildlife-safety/bird-strikes': 'wildlife_safety__bird_strikes__v1',
  'airport-reference/airports': 'airport_reference__airports__v1',
} as const;
type Product = keyof typeof PRODUCTS;

/** What the analyst really could read at a moment: what queries answered then. */
interface Moment {
  readonly what: string;
  readonly at: string;
  readonly columns: Readonly<Record<Product, readonly string[]>>;
  /** The states that bird strikes were shown of. */
  readonly states: number;
}

describe('who could read what at any moment, on the deployed templates', () => {
  let folder: string;
  const permits = judging();
  let world: World;
  let id: string;
  const moments: Moment[] = [];

  const weft = async (...words: string[]) => {
    const { exit, out, err } = await runWeft(words, { cwd: folder, columns: 400 });
    expect({ words, exit, err: exit === 0 ? '' : err }).toEqual({ words, exit: 0, err: '' });
    return out;
  };

  const columnsOf = async (product: Product): Promise<string[]> => {
    const owner = await world.as(`${product.split('/')[0]}/steward`);
    const answer = await owner.api<{ product: ProductRecord }>({ method: 'GET', path: `/products/${product}` });
    return answer.product.tables.flatMap(({ name, columns }) => columns.map((column) => `${name}.${column.name}`));
  };

  /** Lets time pass, and tries every column. */
  const look = async (what: string): Promise<void> => {
    await world.settle();
    world.instance.cloud.clock.advance(120_000);
    const at = world.instance.cloud.clock.date().toISOString();
    const columns = Object.fromEntries(
      await Promise.all(
        Object.keys(PRODUCTS).map(async (product) => {
          const database = PRODUCTS[product as Product];
          const readable: string[] = [];
          for (const name of await columnsOf(product as Product)) {
            const [table, column] = name.split('.');
            const sql = `SELECT ${column} FROM ${database}.${table} LIMIT 1`;
            if ((await refusal(world, ANALYST, sql)) === undefined) readable.push(name);
          }
          return [product, readable.sort()];
        }),
      ),
    ) as Moment['columns'];
    const shown = columns['wildlife-safety/bird-strikes'].includes('bird_strikes.origin_state');
    const states = shown ? (await ask(world, ANALYST, `SELECT DISTINCT origin_state FROM ${STRIKES}`)).rows.length : 0;
    world.instance.cloud.clock.advance(120_000);
    moments.push({ what, at, columns, states });
  };

  const addColumn = (product: 'airports' | 'bird-strikes', database: string) =>
    alterSource(world, sourceOf(product), database, (input) => ({
      ...input,
      StorageDescriptor: {
        ...input.StorageDescriptor,
        Columns: [...(input.StorageDescriptor?.Columns ?? []), { Name: 'added', Type: 'string', Comment: 'New.' }],
      },
    }));

  const steward = 'wildlife-safety/steward';

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'weft-time-'));
    const mesh = join(folder, '.weft');
    const { instance, local } = await bringUp({ topology: readMeshFile(undefined, '/'), folder: mesh, port: 0 });
    world = new World(instance, local);
    permits.watch(world.instance.cloud);
    for (const name of ['airports', 'bird-strikes']) {
      const source = sourceOf(name);
      await enrol(world, source);
      const producer = await world.as(`${source.domain}/producer`);
      const body = publishBody(readProductFolder(source.folder, source.folder));
      const { product } = await producer.api<{ product: ProductRecord }>({ method: 'POST', path: '/products', body });
      await waitForProduct(producer, product);
    }
    const analyst = await world.as(ANALYST);
    const request = async (product: Product, wish: Record<string, unknown>) => {
      const body = { product, purpose: 'to count', ...wish };
      const answer = await analyst.api<{ subscription: SubscriptionRecord }>({
        method: 'POST',
        path: '/subscriptions',
        body,
      });
      return answer.subscription.id;
    };
    await look('before anything');
    const airports = await request('airport-reference/airports', {});
    await waitForSubscription(analyst, airports, ['active']);
    id = await request('wildlife-safety/bird-strikes', { clearance: 'confidential' });
    await look('airports granted by policy, bird-strikes asked for');
    const owner = await world.as(steward);
    const body = {
      decision: 'approve',
      clearance: 'internal',
      columns: { bird_strikes: ['operator', 'origin_state', 'effect'] },
      rows: { bird_strikes: ROWS },
      reason: 'the rest stays with us',
    };
    await owner.api({ method: 'POST', path: `/subscriptions/${id}/decision`, body });
    await waitForSubscription(owner, id, ['active']);
    await look('bird-strikes approved narrower');
    await addColumn('airports', 'airport_reference');
    await look('airports gained a column');
    await weft('subscription', 'suspend', id, '--reason', 'a leak', '--as', steward);
    await look('suspended');
    await weft('subscription', 'resume', id, '--as', steward);
    await look('resumed');
    await weft('subscription', 'revoke', id, '--reason', 'over', '--as', steward);
    await look('revoked');
    await world.settle();
  }, 240_000);

  afterAll(async () => {
    await world?.instance.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const whoCan = async (product: string, ...options: string[]): Promise<readonly AccessFact[]> => {
    const out = await weft('audit', 'who-can', product, ...options, '--json', '--as', 'governance/auditor');
    const { access } = JSON.parse(out) as { access: AccessFact[] };
    return access.filter(({ reasons }) => reasons[0]?.kind !== 'definer');
  };

  const columnsIn = (facts: readonly AccessFact[]) =>
    facts.flatMap(({ table, columns }) => columns.map((column) => `${table}.${column}`)).toSorted();

  test('says of each moment what queries answered then, and so it did then', async () => {
    expect(moments.map(({ columns }) => Object.values(columns).map((names) => names.length))).toEqual([
      [0, 0],
      [0, 7],
      [3, 7],
      [3, 8],
      [0, 8],
      [3, 8],
      [0, 8],
    ]);
    for (const { what, at, columns, states } of moments) {
      for (const product of Object.keys(PRODUCTS) as Product[]) {
        for (const known of [[], ['--as-known-at', at]]) {
          const facts = await whoCan(product, '--at', at, ...known);
          expect({ what, product, columns: columnsIn(facts) }).toEqual({ what, product, columns: columns[product] });
          if (product === 'wildlife-safety/bird-strikes' && states > 0) {
            expect([states, new Set(facts.map(({ rows }) => rows))]).toEqual([2, new Set([ROWS])]);
          }
        }
      }
    }
  }, 120_000);

  test('knows no more than was recorded', async () => {
    const [before, , approved, , suspended, , revoked] = moments.map(({ at }) => at) as [
      string,
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    const product = 'wildlife-safety/bird-strikes';
    expect(await whoCan(product, '--at', approved, '--as-known-at', before)).toEqual([]);
    const still = await whoCan(product, '--at', revoked, '--as-known-at', approved);
    expect(columnsIn(still)).toEqual(['bird_strikes.effect', 'bird_strikes.operator', 'bird_strikes.origin_state']);
    expect(still[0]?.until).toBeUndefined();
    const [then] = await whoCan(product, '--at', approved);
    expect(then).toMatchObject({
      consumer: 'analytics',
      rows: ROWS,
      reasons: [
        {
          kind: 'subscription',
          id,
          approvals: [{ class: 'owner', by: expect.stringContaining('wildlife-safety-steward') }],
          judgements: expect.arrayContaining([expect.objectContaining({ action: 'SubscriptionRequested' })]),
        },
      ],
    });
    expect((then as AccessFact).from < approved).toBe(true);
    expect((then?.until ?? '') > approved && (then?.until ?? '') < suspended).toBe(true);
  }, 60_000);

  test('a principal is asked as a product is', async () => {
    const at = (moments[3] as Moment).at;
    const out = await weft('audit', 'what-can', ANALYST, '--at', at, '--json', '--as', 'governance/auditor');
    const { access } = JSON.parse(out) as { access: AccessFact[] };
    expect(new Set(access.map(({ product }) => product))).toEqual(new Set(Object.keys(PRODUCTS)));
    for (const product of Object.keys(PRODUCTS) as Product[]) {
      const own = access.filter((fact) => fact.product === product);
      expect(columnsIn(own)).toEqual((moments[3] as Moment).columns[product]);
    }
    expect(await weft('audit', 'what-can', ANALYST, '--at', at, '--as', 'governance/auditor')).toMatch(
      /approved as owner/,
    );
  }, 60_000);

  test('every step of the subscription is told, with both times', async () => {
    const out = await weft('audit', 'history', id, '--json', '--as', 'governance/auditor');
    const { steps } = JSON.parse(out) as { steps: Step[] };
    const kinds = steps.map(({ step }) => step).filter((step, index, all) => step !== all[index - 1]);
    expect(kinds.join(', ')).toMatch(
      /^asked, judged, approved, narrowed, granted, intended, read back, active, suspended, taken back, .*read back, (?:taken back, )?resumed, granted, .*read back, revoking, taken back, .*read back.*revoked, proof$/,
    );
    expect(steps.find(({ step }) => step === 'judged')?.policySets).toContainEqual(expect.stringMatching(/^global@/));
    expect(await weft('audit', 'history', id, '--as', 'governance/auditor')).toMatch(/read back/);
  }, 60_000);

  test.each([
    [['--at', '2026-05-31T10:00:00'], 'WEFT-AUDIT-020', /has no zone/],
    [['--at', '2026-02-30'], 'WEFT-AUDIT-020', /is not a time/],
    [['--at', 'yesterday'], 'WEFT-AUDIT-020', /is not a time/],
    [['--as-known-at', '2199-01-01'], 'WEFT-AUDIT-021', /has not come yet/],
    [['--table', 'nests'], 'WEFT-AUDIT-025', /never had a table "nests"/],
    [['--column', 'wings'], 'WEFT-AUDIT-025', /never had a column "wings"/],
    [['--major', '9'], 'WEFT-AUDIT-024', /knows no product/],
  ])(
    'refuses %j',
    async (words, code, message) => {
      const line = ['audit', 'who-can', 'wildlife-safety/bird-strikes', ...words, '--as', 'governance/auditor'];
      const { exit, err } = await runWeft(line, { cwd: folder, columns: 400 });
      expect([exit, err]).toEqual([1, expect.stringMatching(message)]);
      expect(err).toContain(code);
    },
    30_000,
  );
});
