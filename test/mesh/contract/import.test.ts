import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { toTableInput } from '#mesh/contract/glue-table.ts';
import { importTable } from '#mesh/contract/import.ts';
import { parseProduct } from '#mesh/contract/parse.ts';
import { writeModel } from '#mesh/contract/standard/document.ts';
import { WeftError } from '#mesh/error.ts';
import type { ProductTable } from '#mesh/product/product.ts';
import { domainNamed } from '#mesh/topology/topology.ts';
import { column, product, TOPOLOGY, table } from '../fixtures.ts';
import { violations } from './json-schema.ts';

const TYPES = ['int', 'decimal(10,2)', 'array<struct<a:int,b:map<string,date>>>', 'varchar(9)', 'timestamp', 'binary'];
const COLUMNS = TYPES.map((type, index) => ({ ...column(`c${index}`, type), description: `Column ${index}` }));
const KEYS = { partitionKeys: [column('y', 'int'), column('d', 'date')], description: 'What was sold' };

const TABLES: [string, ProductTable][] = [
  ['parquet', table('sold', COLUMNS, KEYS)],
  [
    'a table in a folder of another name',
    table('sold', COLUMNS, { location: 's3://toy-sales-222222222222-eu-central-1/x/y/' }),
  ],
  ['CSV with tabs', table('sold', COLUMNS, { format: 'csv', delimiter: '\t' })],
  ['CSV with quotes and a header', table('sold', COLUMNS, { format: 'csv', delimiter: ';', quote: '"', header: true })],
  ['JSON', table('sold', COLUMNS, { format: 'json' })],
  [
    'projected partitions',
    table('sold', COLUMNS, {
      partitionKeys: [
        { ...column('part', 'int'), projection: { type: 'integer', from: 1, to: 9 } },
        { ...column('shop', 'string'), projection: { type: 'enum', values: ['north', 'south'] } },
        { ...column('day', 'date'), projection: { type: 'date', from: '2024-01-01', format: 'yyyy-MM-dd' } },
        { ...column('customer', 'string'), projection: { type: 'injected' } },
      ],
    }),
  ],
  ['ORC', table('sold', COLUMNS, { ...KEYS, format: 'orc' })],
];

function imported(source: ProductTable) {
  const domain = domainNamed(TOPOLOGY, 'sales');
  if (domain === undefined) throw new WeftError('WEFT-TEST-001', 'no domain');
  return importTable(toTableInput(product([source]), source), source.source.database, domain, TOPOLOGY);
}

describe('a table of Glue’s that is imported', () => {
  test.each(TABLES)('is the same table when published: %s', (_name, source) => {
    const documents = imported(source);
    const checked = parseProduct(
      {
        product: { file: 'odps', text: writeModel(documents.product) },
        contracts: [{ file: 'odcs', text: writeModel(documents.contract) }],
      },
      TOPOLOGY,
    );
    if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
    const [read] = checked.value.tables;
    expect(read && toTableInput(product([]), read)).toEqual(toTableInput(product([]), source));
    expect(read?.source).toEqual({ database: 'sales', table: 'sold' });
    expect(read?.columns.every((entry) => entry.classification === undefined)).toBe(true);
    expect(checked.value.classification).toBe('secret');
  });

  const folder = process.env.WEFT_STANDARDS_DIR ?? '';
  const when = existsSync(join(folder, 'odcs')) ? test.each(TABLES) : test.skip.each(TABLES);
  when('is valid by the official schemas (skipped without WEFT_STANDARDS_DIR): %s', (_name, source) => {
    const { product: odps, contract } = imported(source);
    const schema = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'));
    expect(violations(schema('odcs/odcs-json-schema-v3.1.0.json'), contract)).toEqual([]);
    expect(violations(schema('odps/odps-json-schema-v1.0.0.json'), odps)).toEqual([]);
  });
});
