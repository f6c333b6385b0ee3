import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import type { ProductDraft } from '#mesh/contract/draft.ts';
import type { Problem } from '#mesh/error.ts';
import { checkPipeline } from '#mesh/pipeline/check.ts';
import { landingColumns, landingDays, landingTable } from '#mesh/pipeline/landing.ts';
import { parsePipeline } from '#mesh/pipeline/parse.ts';
import { column, TOPOLOGY, table } from '../fixtures.ts';

const folder = new URL('../../cases/pipeline/', import.meta.url);
const TEXT = readFileSync(new URL('pipeline.yaml', folder), 'utf8');
const ORDERS = 'SELECT id FROM sales_landing.orders WHERE "$path" IN (:files)';

interface Case {
  readonly name: string;
  readonly change?: readonly [string, string];
  readonly sql?: readonly [string, string];
  readonly problems: readonly string[];
}

const cases = parse(readFileSync(new URL('cases.yaml', folder), 'utf8')) as Case[];

const PRODUCT = {
  domain: 'sales',
  name: 'orders',
  major: 1,
  version: '1.0.0',
  tables: [
    table('orders', [column('id', 'bigint'), column('total', 'decimal(10,2)')], {
      partitionKeys: [column('day', 'date')],
      keptFor: '30 d',
    }),
    table('totals', [column('total', 'double')]),
    { ...table('shown', [column('id', 'bigint')]), view: { table: 'orders', maskKey: '1' } },
  ],
} as unknown as ProductDraft;

function check(text: string, sql = ORDERS): readonly Problem[] {
  const parsed = parsePipeline(text);
  if (!parsed.ok) return parsed.problems;
  const ground = { topology: TOPOLOGY, products: [PRODUCT], sql: { 'orders.sql': sql, 'totals.sql': 'SELECT 1' } };
  return checkPipeline(parsed.value, ground).problems;
}

function changed(text: string, change: readonly [string, string] | undefined): string {
  expect(text).toContain(change?.[0] ?? '');
  return change === undefined ? text : text.replace(...change);
}

describe('pipeline.yaml', () => {
  test('is read whole', () => {
    const read = parsePipeline(TEXT);
    expect(read).toMatchObject({
      ok: true,
      problems: [],
      value: {
        pipeline: {
          domain: 'sales',
          landing: [
            { name: 'orders', files: 'orders/', format: 'csv', header: true },
            {
              name: 'clicks',
              files: 'web/clicks/',
              columns: [
                { name: 'at', type: 'string' },
                { name: 'page', type: 'string' },
                { name: 'ms', type: 'int' },
              ],
            },
          ],
          steps: [
            { name: 'orders.orders', sql: 'orders.sql', on: { files: 'orders/' }, write: 'append' },
            { name: 'orders.totals', on: { updates: ['finance/rates'] }, write: 'replace' },
          ],
        },
      },
    });
    expect(check(TEXT)).toEqual([]);
  });

  test.each(cases)('$name', ({ change, sql, problems }) => {
    const found = check(changed(TEXT, change), changed(ORDERS, sql));
    const shown = found.map(({ code, severity, line, column: at }) => {
      expect(code).toMatch(/^WEFT-PIPELINE-\d{3}$/);
      return `${code.slice(-3)}${severity === 'warning' ? '!' : ''} ${line}:${at}`;
    });
    expect(shown).toEqual(problems);
    for (const problem of found) expect(problem.fix).toEqual(expect.any(String));
  });

  test('with anything at all in it gives problems, never an exception', () => {
    const broken = fc
      .tuple(fc.nat(TEXT.length), fc.nat(30), fc.string())
      .map(([at, length, text]) => TEXT.slice(0, at) + text + TEXT.slice(at + length));
    fc.assert(fc.property(broken, (text) => expect(Array.isArray(check(text))).toBe(true)));
  });
});

describe('a raw table', () => {
  const parsed = parsePipeline(TEXT);
  if (!parsed.ok) throw new Error('the corpus is broken');
  const { pipeline } = parsed.value;
  const [orders, clicks] = pipeline.landing;
  if (orders === undefined || clicks === undefined) throw new Error('the corpus is broken');

  test('has the columns of the table that its files are for, as text', () => {
    expect(landingColumns(orders, pipeline, [PRODUCT])).toEqual([
      { name: 'id', type: 'string' },
      { name: 'total', type: 'string' },
      { name: 'day', type: 'string' },
    ]);
    const typed = landingColumns({ ...orders, format: 'parquet' }, pipeline, [PRODUCT]);
    expect(typed?.map(({ type }) => type)).toEqual(['bigint', 'decimal(10,2)', 'date']);
  });

  test('keeps its files as long as the table keeps its rows', () => {
    expect(landingDays(orders, pipeline, [PRODUCT])).toBe(30);
    expect(landingDays(clicks, pipeline, [PRODUCT])).toBeUndefined();
  });

  test('reads CSV as it was said', () => {
    const input = landingTable({ ...orders, quote: '"' }, [{ name: 'id', type: 'string' }], 'b');
    expect(input).toMatchObject({
      Parameters: { 'skip.header.line.count': '1' },
      StorageDescriptor: {
        Location: 's3://b/orders/',
        SerdeInfo: { SerializationLibrary: expect.stringContaining('OpenCSVSerde') },
      },
    });
  });
});
