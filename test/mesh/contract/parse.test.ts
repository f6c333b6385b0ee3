import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import { parseProduct } from '#mesh/contract/parse.ts';
import { TOPOLOGY } from '../fixtures.ts';

const folder = new URL('../../cases/contract/', import.meta.url);
const PRODUCT = readFileSync(new URL('orders.odps.yaml', folder), 'utf8');
const CONTRACT = readFileSync(new URL('orders.odcs.yaml', folder), 'utf8');

const UNPROJECTED = 'WEFT-CONTRACT-053';

type Replacement = readonly [string, string];
interface Case {
  readonly name: string;
  readonly product?: Replacement;
  /** A second replacement in the product. */
  readonly and?: Replacement;
  readonly contract?: Replacement;
  readonly problems: readonly string[];
}

const cases = parse(readFileSync(new URL('cases.yaml', folder), 'utf8')) as Case[];

function change(text: string, replacement: Replacement | undefined): string {
  if (replacement === undefined) return text;
  expect(text).toContain(replacement[0]);
  return text.replace(replacement[0], replacement[1]);
}

function read(product: string, contract: string) {
  const contracts = [{ file: 'odcs', text: contract }];
  return parseProduct({ product: { file: 'odps', text: product }, contracts }, TOPOLOGY);
}

test('a rule without a name is known by so much of its query as a report of its result takes, and by no other', () => {
  const query = `SELECT count(*) FROM {object} WHERE where_to IN (${"'x', ".repeat(100)}'y')`;
  const rules = `\n        quality:\n${`          - { type: sql, query: "${query}", mustBe: 0, dimension: ${'d'.repeat(300)} }\n`.repeat(2)}`;
  const checked = read(
    PRODUCT,
    CONTRACT.replace('        description: Where', `        description: Where${rules.trimEnd()}`),
  );
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  const measured = checked.value.tables
    .flatMap((table) => table.quality ?? [])
    .filter(({ check }) => check?.metric === 'sql');
  const names = measured.map(({ measure }) => measure);
  expect([names.length, new Set(names).size]).toEqual([2, 2]);
  for (const text of [...names, ...measured.map(({ dimension = '' }) => dimension)]) {
    expect(text.length).toBeLessThanOrEqual(255);
  }
  expect(measured.every(({ check }) => check?.metric === 'sql' && check.query === query)).toBe(true);
});

describe('a product folder', () => {
  test('is read whole', () => {
    const { ok, problems } = read(PRODUCT, CONTRACT);
    expect({ ok, problems: problems.map(({ code }) => code) }).toEqual({ ok: true, problems: [UNPROJECTED] });
    expect(read(PRODUCT, CONTRACT)).toMatchObject({
      value: {
        domain: 'sales',
        name: 'orders',
        major: 1,
        version: '1.2.0',
        description: 'What customers ordered',
        owner: 'Sam',
        contact: 'mailto:sales@example.org',
        tags: ['orders'],
        ports: ['query'],
        classification: 'confidential',
        draftState: 'active',
        sla: { latency: '4 h' },
        tables: [
          {
            name: 'orders',
            description: 'One row for each order',
            columns: [
              { name: 'id', type: 'bigint', classification: 'public', required: true },
              { name: 'customer', type: 'struct<name:string,tags:array<string>>', classification: 'confidential' },
              { name: 'total', type: 'decimal(10,2)' },
            ],
            partitionKeys: [
              { name: 'country', type: 'string' },
              { name: 'day', type: 'date' },
            ],
            location: 's3://toy-sales-222222222222-eu-central-1/orders/orders/',
            format: 'csv',
            delimiter: ';',
            header: true,
            source: { database: 'sales_raw', table: 'orders' },
            defaultClassification: 'internal',
          },
        ],
      },
    });
  });

  test.each(cases)('$name', (given) => {
    const result = read(change(change(PRODUCT, given.product), given.and), change(CONTRACT, given.contract));
    // The corpus has partitions that somebody registers, which is worth a warning each time.
    const other = result.problems.filter(({ code }) => code !== UNPROJECTED);
    const found = other.map(({ code, severity, file, line, column }) => {
      expect(code).toMatch(/^WEFT-CONTRACT-\d{3}$/);
      return `${code.slice(-3)}${severity === 'warning' ? '!' : ''} ${file}:${line}:${column}`;
    });
    expect(found).toEqual(given.problems);
    expect(result.ok).toBe(given.problems.every((problem) => problem.includes('!')));
    for (const problem of result.problems) expect(problem.fix).toEqual(expect.any(String));
  });

  test('with two tables of one name is refused', () => {
    const [head = '', entry = ''] = CONTRACT.split('schema:\n');
    const result = read(
      PRODUCT,
      `${head}schema:\n${entry}${entry.replace('physicalName: orders', 'physicalName: ORDERS')}`,
    );
    const codes = result.problems.map((problem) => problem.code).filter((code) => code !== UNPROJECTED);
    expect(codes).toEqual(['WEFT-CONTRACT-023']);
  });

  test('with anything at all in it gives problems, never an exception', () => {
    const broken = fc
      .tuple(fc.nat(CONTRACT.length), fc.nat(30), fc.string())
      .map(([at, length, text]) => CONTRACT.slice(0, at) + text + CONTRACT.slice(at + length));
    fc.assert(fc.property(broken, (text) => expect(typeof read(PRODUCT, text).ok).toBe('boolean')));
  });
});
