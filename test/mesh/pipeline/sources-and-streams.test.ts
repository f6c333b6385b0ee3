import { describe, expect, test } from '@jest/globals';
import type { Checked } from '#mesh/error.ts';
import { missingIn } from '#mesh/pipeline/source-drift.ts';
import { catalogName, parseSources } from '#mesh/pipeline/sources.ts';
import { parseStreams } from '#mesh/pipeline/streams.ts';

const codes = ({ problems }: Checked<unknown>) => problems.map(({ code, line }) => [code, line]);

const source = (changes: Record<string, string> = {}) => {
  const members = {
    engine: 'postgresql',
    host: 'db.internal',
    port: '5432',
    database: 'crm',
    user: 'reader',
    sslmode: 'require',
    network: '{ cidr: 10.90.0.0/25, to: 10.20.0.0/24 }',
    ...changes,
  };
  const lines = Object.entries(members).filter(([, value]) => value !== '');
  return `sources:\n  crm:\n${lines.map(([key, value]) => `    ${key}: ${value}`).join('\n')}\n`;
};

describe('sources.yaml', () => {
  test('says how a database is reached', () => {
    const network = { cidr: '10.90.0.0/25', to: '10.20.0.0/24' };
    const address = { host: 'db.internal', port: 5432, database: 'crm', user: 'reader' };
    expect(parseSources(source(), 'sources.yaml', 'sales')).toMatchObject({
      ok: true,
      value: [{ name: 'crm', ...address, sslmode: 'require', network }],
    });
    expect(catalogName('flight-operations', 'crm')).toBe('flight_operations_crm');
  });

  test('takes a place in a network that is there', () => {
    const network = '{ subnet: subnet-0a1, zone: eu-central-1a, securityGroup: sg-0b2 }';
    expect(parseSources(source({ network }), 'sources.yaml', 'sales')).toMatchObject({
      ok: true,
      value: [{ network: { subnet: 'subnet-0a1', zone: 'eu-central-1a', securityGroup: 'sg-0b2' } }],
    });
  });

  test.each([
    ['no source', 'sources: {}\n', [['WEFT-PIPELINE-003', 1]]],
    ['a password where nobody looks for one', source({ password: 'x' }), [['WEFT-PIPELINE-002', 10]]],
    ['a missing host', source({ host: '' }), [['WEFT-PIPELINE-003', 3]]],
    ['a mode that may fall back to no TLS', source({ sslmode: 'prefer' }), [['WEFT-PIPELINE-004', 8]]],
    ['no TLS to another machine', source({ sslmode: 'disable' }), [['WEFT-PIPELINE-004', 8]]],
    ['another engine', source({ engine: 'oracle' }), [['WEFT-PIPELINE-004', 3]]],
    ['a network of neither kind', source({ network: '{ cidr: 10.0.0.0/8, subnet: subnet-1 }' }), 'several'],
  ])('refuses %s', (_, text, expected) => {
    const checked = parseSources(text, 'sources.yaml', 'sales');
    expect(checked.ok).toBe(false);
    if (expected !== 'several') expect(codes(checked)).toEqual(expected);
  });

  test('takes no TLS to this machine', () => {
    const here = source({ host: '127.0.0.1', sslmode: 'disable' });
    expect(parseSources(here, 'sources.yaml', 'sales').ok).toBe(true);
  });

  test('keeps the name of the catalog as short as Athena has room for', () => {
    const checked = parseSources(source(), 'sources.yaml', 'a-domain-with-quite-a-long-name-of-its-own');
    expect(codes(checked)).toEqual([['WEFT-PIPELINE-004', 3]]);
  });
});

describe('streams.yaml', () => {
  const columns = ['event_id', 'event_time', 'rows'].map((name) => ({ name, type: 'string' }));
  const landing = [
    { name: 'scans', files: 'scans/', format: 'json' as const, columns },
    { name: 'orders', files: 'orders/', format: 'csv' as const },
  ];
  const products = [{ name: 'shipments', major: 2, tables: [{ name: 'scans' }] }];
  const ground = { pipeline: { domain: 'sales', landing, steps: [] }, products: products as never };
  const parse = (text: string) => parseStreams(text, 'streams.yaml', ground);

  test('says whose events become files, and when', () => {
    const { ok, ...rest } = parse('streams:\n  scans: { product: shipments, table: scans, seconds: 30 }\n');
    const stream = { name: 'scans', product: 'shipments', major: 2, table: 'scans', seconds: 30, megabytes: 5 };
    expect([ok, rest]).toMatchObject([true, { value: [stream] }]);
  });

  test.each([
    ['a product that is not there', 'scans: { product: parcels, table: scans }', ['WEFT-PIPELINE-007']],
    ['a table that is not there', 'scans: { product: shipments, table: parcels }', ['WEFT-PIPELINE-008']],
    ['a raw table that is not there', 'parcels: { product: shipments, table: scans }', ['WEFT-PIPELINE-014']],
    ['a raw table of another kind', 'orders: { product: shipments, table: scans }', ['WEFT-PIPELINE-014']],
    [
      'a wait that Firehose does not take',
      'scans: { product: shipments, table: scans, seconds: 901 }',
      ['WEFT-PIPELINE-004'],
    ],
    ['an unknown key', 'scans: { product: shipments, table: scans, hours: 1 }', ['WEFT-PIPELINE-002']],
  ])('refuses %s', (_, line, expected) => {
    expect(codes(parse(`streams:\n  ${line}\n`))).toEqual(expected.map((code) => [code, 2]));
  });
});

test.each([
  [
    "COLUMN_NOT_FOUND: line 7:3: Column 'segment' cannot be resolved or requester is not authorized",
    'column "segment"',
  ],
  [
    "TABLE_NOT_FOUND: line 1:1: Table 'sales_crm.public.customers' does not exist",
    'table "sales_crm.public.customers"',
  ],
  ["SCHEMA_NOT_FOUND: line 1:1: Schema 'public' does not exist", 'schema "public"'],
  ['GENERIC_USER_ERROR: Encountered an exception', undefined],
])('what %j says is missing', (reason, missing) => {
  expect(missingIn(reason)).toBe(missing);
});
