import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { query } from '#cli/athena.ts';
import { exportProduct } from '#cli/export.ts';
import { waitForSubscription } from '#cli/wait.ts';
import type { Row } from '#mesh/access/row-filter-evaluate.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import type { AccessScope } from '#mesh/subscription/subscription.ts';
import { databaseName, rowsSource } from '#mesh/topology/names.ts';
import { type EventsWorld, type Heard, openEventsWorld } from './events-world.ts';
import { COLUMNS, filterOver, relation, row } from './readings.ts';
import { publishReadings, READINGS } from './readings-product.ts';

const LADDER = ['public', 'internal', 'confidential'];
const TABLE = `${databaseName(READINGS.domain, READINGS.name, 1)}.${READINGS.table}`;

/** What a subscriber may ask for: a clearance, perhaps some of the columns that it shows, perhaps a filter over those. */
const scope: fc.Arbitrary<AccessScope> = fc.constantFrom(...LADDER).chain((clearance) => {
  const cleared = COLUMNS.filter(({ classification }) => LADDER.indexOf(classification) <= LADDER.indexOf(clearance));
  const names = cleared.map(({ name }) => name);
  const some = fc.option(fc.subarray(names, { minLength: 1 }), { nil: undefined });
  const filter = fc.option(filterOver(names), { nil: undefined, freq: 5 });
  return fc.tuple(some, filter).map(([columns, rows]) => ({
    clearance,
    ...(columns === undefined ? {} : { columns: { [READINGS.table]: columns } }),
    ...(rows === undefined ? {} : { rows: { [READINGS.table]: rows } }),
  }));
});

describe('one subscription through three ports, on the deployed templates', () => {
  let events: EventsWorld;
  let heard: () => Promise<Heard[]>;
  let duck: DuckDBInstance;
  const [rows] = fc.sample(fc.array(row, { minLength: 60, maxLength: 60 }), { numRuns: 1, seed: 7 }) as [Row[]];

  beforeAll(async () => {
    events = await openEventsWorld();
    duck = await DuckDBInstance.create();
    await publishReadings(events.world, events.accountOf(READINGS.domain), rows);
    heard = await events.listen('analytics', { source: [{ prefix: 'weft.product.' }] });
  }, 120_000);

  afterAll(async () => {
    duck?.closeSync();
    await events?.world.instance.close();
    if (events !== undefined) rmSync(events.folder, { recursive: true, force: true });
  });

  /** Rows of a relation as texts of their values, sorted: the form in which the ports are compared. */
  const texts = async (columns: readonly string[], from: string): Promise<string[]> => {
    const connection = await duck.connect();
    const shown = COLUMNS.filter(({ name }) => columns.includes(name));
    const list = shown.map(({ name }) => `CAST("${name}" AS VARCHAR)`).join(', ');
    const found = await connection.runAndReadAll(`SELECT ${list} FROM ${from}`);
    connection.closeSync();
    return found
      .getRows()
      .map((values) => JSON.stringify(values))
      .sort();
  };

  const bySql = async () => {
    const analyst = await events.world.as('analytics/analyst');
    const { columns, rows: found } = await query(analyst, `SELECT * FROM ${TABLE}`);
    const names = columns.map(({ name }) => name);
    const values = found.map((one) => Object.fromEntries(names.map((name, index) => [name, one[index] ?? null])));
    return { names, rows: values.length === 0 ? [] : await texts(names, typed(values, names)) };
  };

  const byFile = async () => {
    const analyst = await events.world.as('analytics/analyst');
    const folder = mkdtempSync(join(tmpdir(), 'weft-files-'));
    const { product } = await analyst.api<{ product: ProductRecord }>({
      method: 'GET',
      path: `/products/${READINGS.domain}/${READINGS.name}`,
    });
    const manifest = await exportProduct(analyst, product, folder);
    const names = manifest.tables.flatMap(({ columns }) => columns.map(({ name }) => name));
    const files = manifest.files.map(({ path }) => `'${join(folder, path)}'`).join(', ');
    const found = files === '' ? [] : await texts(names, `read_parquet([${files}])`);
    rmSync(folder, { recursive: true });
    return { names, rows: found };
  };

  const byEvents = async (subscription: string) => {
    const source = rowsSource(READINGS.domain);
    const data = {
      product: READINGS.name,
      major: 1,
      table: READINGS.table,
      sequence: 1,
      rows: rows.map((after) => ({ after })),
    };
    const detail = {
      specversion: '1.0',
      id: `r-${subscription}`,
      source,
      type: 'RowsChanged',
      time: '2026-01-01T00:00:00Z',
      data,
    };
    await events.say(`${READINGS.domain}/producer`, READINGS.domain, { source, type: 'RowsChanged', detail });
    const came = (await heard()).filter(({ detail: { data: said } }) => said.subscription === subscription);
    const found = came.flatMap(({ detail: { data: said } }) => said.rows as { after: Row }[]).map(({ after }) => after);
    const names = [...new Set(found.flatMap((one) => Object.keys(one)))];
    return { names, rows: found.length === 0 ? [] : await texts(names, typed(found, names)) };
  };

  const typed = (found: readonly Row[], names: readonly string[]) =>
    relation(
      found,
      COLUMNS.filter(({ name }) => names.includes(name)),
    );

  test('whatever it may see, it sees the same columns and rows as SQL, as files and as events', async () => {
    const analyst = await events.world.as('analytics/analyst');
    const steward = await events.world.as('analytics/steward');
    const owner = await events.world.as(`${READINGS.domain}/steward`);
    let some = 0;
    await fc.assert(
      fc.asyncProperty(scope, async (wish) => {
        const body = { product: `${READINGS.domain}/${READINGS.name}`, purpose: 'to compare', ...wish };
        const { subscription } = await analyst.api<{ subscription: { id: string; state: string } }>({
          method: 'POST',
          path: '/subscriptions',
          body,
        });
        const path = `/subscriptions/${subscription.id}`;
        if (subscription.state === 'pending')
          await owner.api({ method: 'POST', path: `${path}/decision`, body: { decision: 'approve' } });
        await waitForSubscription(analyst, subscription.id, ['active']);
        const [sql, file, event] = [await bySql(), await byFile(), await byEvents(subscription.id)];
        expect([wish, file]).toEqual([wish, sql]);
        expect([wish, event.rows]).toEqual([wish, sql.rows]);
        if (event.rows.length > 0) expect([wish, event.names.toSorted()]).toEqual([wish, sql.names.toSorted()]);
        some += event.rows.length > 0 && event.rows.length < rows.length ? 1 : 0;
        await steward.api({ method: 'POST', path: `${path}/revocation`, body: {} });
        await waitForSubscription(analyst, subscription.id, ['revoked']);
        await expect(bySql()).rejects.toThrow();
        await expect(byFile()).rejects.toThrow();
        expect(await byEvents(subscription.id)).toEqual({ names: [], rows: [] });
      }),
      { numRuns: 10 },
    );
    expect(some).toBeGreaterThan(0);
  }, 300_000);
});
