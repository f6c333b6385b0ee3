import { describe, expect, test } from '@jest/globals';
import { parseProduct } from '#mesh/contract/parse.ts';
import { lintProduct } from '#mesh/policy/lint.ts';
import { TOPOLOGY } from '../fixtures.ts';

const PRODUCT = `apiVersion: v1.0.0
kind: DataProduct
id: p
name: orders
domain: sales
version: 1.0.0
status: active
description: { purpose: What customers ordered }
team: { name: sales }
outputPorts: [{ name: t, version: 1.0.0, contractId: c }]
`;

const HEAD = `apiVersion: v3.1.0
kind: DataContract
id: c
version: 1.0.0
status: active
domain: sales
servers: [{ server: lake, type: glue, account: '222222222222', database: sales, location: 's3://toy-sales-222222222222-eu-central-1/', format: parquet }]
`;
const SLA = `slaProperties: [{ property: frequency, value: 1, unit: d }, { property: retention, value: 5, unit: y }]\n`;

interface Given {
  readonly columns: readonly string[];
  /** What the table says beside its columns. */
  readonly table?: string;
  readonly rest?: string;
}

const SOUND =
  'quality: [{ metric: rowCount, mustBeGreaterThan: 0 }], customProperties: [{ property: weft.derivedFrom, value: erp.orders }]';

function contract({ columns, table = SOUND, rest = SLA }: Given): string {
  const properties = columns.map((column) => `      - { ${column} }\n`).join('');
  const more = table === '' ? '' : `    ${table.replaceAll('], ', ']\n    ')}\n`;
  return `${HEAD}schema:\n  - name: orders\n${more}    properties:\n${properties}${rest}`;
}

function lint(given: Given) {
  const files = {
    product: { file: 'p.odps.yaml', text: PRODUCT },
    contracts: [{ file: 'c.odcs.yaml', text: contract(given) }],
  };
  const checked = parseProduct(files, TOPOLOGY);
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  return { problems: lintProduct(checked.value, files), draft: checked.value };
}

const column = (name: string, rest = 'logicalType: string') =>
  `name: ${name}, ${rest}, classification: internal, description: It is one.`;
const named = (...names: string[]) => names.map((name) => column(name));

describe('a product', () => {
  test.each<[string, Given, readonly string[], string]>([
    ['with all that it should have', { columns: named('id', 'city') }, [], ''],
    ['in the envelope of Debezium', { columns: named('before', 'after', 'op', 'ts_ms') }, ['001'], 'log of changes'],
    ['of Debezium made flat', { columns: named('id', 'city', '__op', '__source_ts_ms') }, ['001'], 'log of changes'],
    ['from DMS', { columns: named('op', 'cdc_timestamp', 'id') }, ['001'], 'log of changes'],
    ['from Airbyte', { columns: named('id', '_ab_cdc_lsn') }, ['001'], 'log of changes'],
    ['with a column named op', { columns: named('id', 'op', 'city') }, [], ''],
    [
      "that is an application's table",
      {
        columns: named('id', 'created_at', 'updated_at', 'lock_version'),
        table: 'quality: [{ metric: rowCount, mustBeGreaterThan: 0 }]',
      },
      ['002', '005'],
      "application's own",
    ],
    ['with a number without unit', { columns: [column('delay', 'logicalType: integer')] }, ['003'], '"delay"'],
    ['with a number that is an identifier', { columns: [column('order_id', 'logicalType: integer')] }, [], ''],
    [
      'with a number in minutes',
      {
        columns: [column('delay', 'logicalType: integer, customProperties: [{ property: weft.unit, value: minutes }]')],
      },
      [],
      '',
    ],
    [
      'with a number that a definition explains',
      {
        columns: [
          column(
            'delay',
            "logicalType: integer, authoritativeDefinitions: [{ url: 'https://example.org/delay', type: definition }]",
          ),
        ],
      },
      [],
      '',
    ],
    ['without quality and lineage', { columns: named('id'), table: '' }, ['004', '005'], 'no quality rule'],
    [
      'whose lineage stands on a column',
      {
        columns: [column('id', 'logicalType: string, transformSourceObjects: [erp.orders]')],
        table: 'quality: [{ metric: rowCount, mustBeGreaterThan: 0 }]',
      },
      [],
      '',
    ],
    [
      'without a service level',
      { columns: named('id'), rest: 'slaProperties: [{ property: retention, value: 5, unit: y }]\n' },
      ['006'],
      'how often',
    ],
    [
      'without retention',
      { columns: named('id'), rest: 'slaProperties: [{ property: frequency, value: 1, unit: d }]\n' },
      ['007'],
      'how long',
    ],
    ['with a name that sounds personal', { columns: named('id', 'email') }, ['008'], '"email"'],
    ['with a personal column that says so', { columns: [column('email', 'logicalType: string, tags: [pii]')] }, [], ''],
    [
      'with a name that sounds personal and is not',
      {
        columns: [
          column('email', 'logicalType: string, customProperties: [{ property: weft.personal, value: false }]'),
        ],
      },
      [],
      '',
    ],
  ])('%s', (_what, given, numbers, said) => {
    const { problems } = lint(given);
    expect(problems.map(({ code }) => code)).toEqual(numbers.map((number) => `WEFT-DESIGN-${number}`));
    expect(problems.every(({ severity, fix }) => severity === 'warning' && fix !== undefined)).toBe(true);
    expect(problems.map(({ message }) => message).join('\n')).toContain(said);
  });

  test('is told where: the table at its name, the column at its own', () => {
    const { problems } = lint({ columns: [column('id'), column('delay', 'logicalType: integer')], table: '' });
    expect(problems.map(({ code, file, line, column: at }) => [code, file, line, at])).toEqual([
      ['WEFT-DESIGN-004', 'c.odcs.yaml', 9, 11],
      ['WEFT-DESIGN-005', 'c.odcs.yaml', 9, 11],
      ['WEFT-DESIGN-003', 'c.odcs.yaml', 12, 17],
    ]);
  });

  test('carries what its contract says of meaning', () => {
    const properties =
      'customProperties: [{ property: weft.unit, value: EUR }, { property: weft.semantics, value: price }, { property: weft.personal, value: true }]';
    const { draft } = lint({
      columns: [
        column('price', `logicalType: number, ${properties}`),
        column('contact', 'logicalType: object, properties: [{ name: mail, logicalType: string, tags: [PII] }]'),
      ],
      table: 'customProperties: [{ property: weft.derivedFrom, value: finance/bookings }]',
    });
    expect(draft.tables).toMatchObject([
      {
        derived: true,
        madeOf: ['finance/bookings'],
        columns: [
          { name: 'price', unit: 'EUR', semantics: 'price', personal: true },
          { name: 'contact', personal: true },
        ],
      },
    ]);
  });
});
