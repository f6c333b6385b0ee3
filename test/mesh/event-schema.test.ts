import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseGlueType } from '#mesh/contract/glue-type.ts';
import { parseReport } from '#mesh/event/envelope.ts';
import { fitsType } from '#mesh/event/row-values.ts';
import { parseRowsChanged } from '#mesh/event/rows.ts';
import { asyncApi } from '#mesh/event-schema/async-api.ts';
import { eventSchemas, productSchemas } from '#mesh/event-schema/event-schemas.ts';
import { valueSchema } from '#mesh/event-schema/value-schema.ts';
import { violations } from './contract/json-schema.ts';
import { column, product, table } from './fixtures.ts';

const schemaOf = (type: string) => eventSchemas().find((event) => event.type === type)?.schema;

/** A value that is right, with one part of it replaced, taken away or added. */
function damaged(right: unknown): fc.Arbitrary<unknown> {
  const junk = fc.constantFrom(null, 7, -1, 1.5, '', 'x', true, [], {}, ['x'], 'x'.repeat(256), { kind: '' });
  const places = pathsOf(right);
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant(right) },
    { weight: 1, arbitrary: junk },
    {
      weight: 8,
      arbitrary: fc
        .tuple(fc.constantFrom(...places), fc.option(junk, { nil: undefined }))
        .map(([path, value]) => replaced(right, path, value)),
    },
  );
}

function pathsOf(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => [[...path, name], ...pathsOf(member, [...path, name])]);
}

/** Undefined takes the member away. */
function replaced(value: unknown, [name = '', ...rest]: readonly string[], by: unknown): unknown {
  if (Array.isArray(value))
    return value.map((entry, index) =>
      String(index) !== name ? entry : rest.length === 0 ? (by ?? null) : replaced(entry, rest, by),
    );
  const { [name]: member, ...others } = value as Record<string, unknown>;
  if (rest.length > 0) return { ...others, [name]: replaced(member, rest, by) };
  return by === undefined ? others : { ...others, [name]: by };
}

const HEAD = {
  specversion: '1.0',
  id: 'e-1',
  subject: 'a/b',
  time: '2026-01-01T00:00:00Z',
  datacontenttype: 'application/json',
};
const GRANT = { principal: 'p', resource: { kind: 'database' }, permissions: ['DESCRIBE'], grantable: [] };
const RIGHT = {
  CatalogChanged: {
    ...HEAD,
    source: 'weft.domain.sales',
    type: 'CatalogChanged',
    data: {
      change: 'UpdateTable',
      database: 'sales',
      table: 'orders',
      schema: {
        columns: [{ name: 'a', type: 'int', description: 'x' }],
        partitionKeys: [],
        location: 's3://b/',
        format: 'csv',
        versionId: '1',
      },
      audience: [],
    },
  },
  ShareApplied: {
    ...HEAD,
    source: 'weft.domain.finance',
    type: 'ShareApplied',
    data: {
      product: 'orders',
      domain: 'sales',
      major: 1,
      consumer: 'finance',
      report: { generation: 3, ok: true, at: 'now', error: 'x', linkExists: true, readBack: [GRANT] },
      audience: [],
    },
  },
  RowsChanged: {
    ...HEAD,
    source: 'weft.rows.sales',
    type: 'RowsChanged',
    data: {
      product: 'orders',
      major: 1,
      table: 'orders',
      sequence: 4,
      rows: [{ before: { a: 1 }, after: { a: 2 } }, { after: {} }],
    },
  },
};

describe('what the parsers of reports take, and what the schemas take', () => {
  test.each(Object.entries(RIGHT))('are the same for every %s, damaged or not', (type, right) => {
    const schema = schemaOf(type);
    const parse = type === 'RowsChanged' ? parseRowsChanged : parseReport;
    fc.assert(
      fc.property(damaged(right), (detail) => {
        // The parsers let pass what they have no use for; another type is another schema's.
        const {
          subject: _,
          datacontenttype: __,
          ...used
        } = (typeof detail === 'object' && detail !== null && !Array.isArray(detail) ? detail : { detail }) as Record<
          string,
          unknown
        >;
        if (used.type !== type && typeof used.type === 'string' && used.type in RIGHT) return;
        if (!isAudience(used)) return;
        const taken = violations(schema, used).length === 0;
        expect([used, parse(used).ok]).toEqual([used, taken]);
      }),
      { numRuns: 2000 },
    );
  });
});

/** The audience is the envelope's own and read by no parser. */
function isAudience({ data }: Record<string, unknown>): boolean {
  const said = (data as { audience?: unknown } | null | undefined)?.audience;
  return said === undefined || (Array.isArray(said) && said.every((entry) => typeof entry === 'string'));
}

describe('the values of rows', () => {
  const TYPES = [
    'tinyint',
    'int',
    'bigint',
    'decimal(10,2)',
    'double',
    'boolean',
    'string',
    'varchar(3)',
    'date',
    'timestamp',
    'binary',
    'array<int>',
    'map<string,int>',
    'struct<a:int,b:array<string>>',
  ];
  const value = fc.oneof(
    fc.constantFrom<unknown>(
      null,
      true,
      0,
      -1,
      128,
      2 ** 31,
      2 ** 53,
      1.5,
      '',
      'abc',
      'abcd',
      '1',
      '1.50',
      '2024-02-29',
      '2024-02-29 12:00:00',
      '2024-02-29T12:00:00.5Z',
      'YQ==',
    ),
    fc.constantFrom<unknown>([], [1], ['x'], [null], {}, { a: 1 }, { a: 'x' }, { b: ['x'] }, { c: 1 }),
  );

  test.each(TYPES)('of type %s fit where the schema says so', (type) => {
    const glue = parseGlueType(type);
    if (glue === undefined) throw new Error(type);
    fc.assert(
      fc.property(value, (one) => {
        // Of a decimal that is a number, the parser asks for one that JSON kept whole.
        if (type.startsWith('decimal') && typeof one === 'number') return;
        expect([one, fitsType(one, glue)]).toEqual([one, violations(valueSchema(type), one).length === 0]);
      }),
    );
  });

  test('of a product are those of its contract, and its schemas refuse what is not', () => {
    const of = product([
      table('orders', [column('id', 'int'), column('state')]),
      table('inner', [column('id', 'int')], { internal: true }),
    ]);
    const [said, heard, ...rest] = productSchemas(of);
    expect(rest.map(({ type }) => type)).toEqual(['RowsChanged']);
    const event = (source: string, type: string, rows: unknown, more = {}) => ({
      ...HEAD,
      source,
      type,
      data: { product: 'orders', major: 1, table: 'orders', sequence: 1, rows, ...more },
    });
    const rows = (row: object) => event('weft.rows.sales', 'RowsChanged', [{ after: row }]);
    const sight = (row: object) =>
      event('weft.product.222222222222.sales', 'ProductRowsChanged', [{ change: 'insert', after: row }], {
        domain: 'sales',
        subscription: 's',
      });
    expect(violations(said?.schema, rows({ id: 1, state: null }))).toEqual([]);
    expect(violations(heard?.schema, sight({ id: 1 }))).toEqual([]);
    expect(violations(said?.schema, rows({ id: 'x' }))).not.toEqual([]);
    expect(violations(heard?.schema, sight({ other: 1 }))).not.toEqual([]);
    expect(
      violations(heard?.schema, { ...sight({ id: 1 }), data: { ...sight({ id: 1 }).data, table: 'other' } }),
    ).not.toEqual([]);
  });
});

describe('the AsyncAPI document', () => {
  const document = asyncApi('1.0.0', ({ type }) => `./${type}.schema.json`);

  test('leads from every operation over a channel to a message and its schema', () => {
    const at = (reference: string) =>
      reference
        .replace('#/', '')
        .split('/')
        .reduce<unknown>((node, name) => (node as Record<string, unknown>)?.[name], document);
    const operations = Object.values(
      document.operations as Record<string, { channel: { $ref: string }; messages: { $ref: string }[] }>,
    );
    const files = operations.flatMap(({ channel, messages }) => {
      expect(at(channel.$ref)).toBeDefined();
      return messages.map(({ $ref }) => {
        const message = at((at($ref) as { $ref: string }).$ref) as { payload: { schema: { $ref: string } } };
        return message.payload.schema.$ref;
      });
    });
    expect(files.sort()).toEqual(
      eventSchemas()
        .map(({ type }) => `./${type}.schema.json`)
        .sort(),
    );
  });
});
