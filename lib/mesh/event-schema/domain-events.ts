import type { DomainReport } from '../event/report.ts';
import type { ProductRecord, ProductTable } from '../product/product.ts';
import { COUNT, FLAG, type JsonSchema, listOf, NAME, objectOf, TEXT, TIME } from './json-schema.ts';
import { GRANT } from './mesh-events.ts';
import { valueSchema } from './value-schema.ts';

const COLUMN = objectOf({ name: NAME, type: NAME }, { description: TEXT });
const CATALOG_SCHEMA = objectOf(
  { columns: listOf(COLUMN), partitionKeys: listOf(COLUMN), location: TEXT, format: TEXT },
  { versionId: TEXT },
);
const SHARE_REPORT = objectOf(
  { generation: COUNT, ok: FLAG, at: TEXT, linkExists: FLAG, readBack: listOf(GRANT) },
  { error: TEXT, looked: FLAG, ended: TEXT, weft: TEXT },
);
const VERSION = { product: NAME, domain: NAME, major: COUNT };
const ANNOUNCEMENT = objectOf({
  table: NAME,
  period: NAME,
  upTo: TIME,
  slices: COUNT,
  objects: COUNT,
  bytes: COUNT,
});
const DISPOSAL = objectOf(
  {
    id: NAME,
    at: TIME,
    what: { enum: ['table', 'exports', 'results'] },
    upTo: TIME,
    partitions: COUNT,
    objects: COUNT,
    bytes: COUNT,
    digest: { type: 'string', pattern: '^[0-9a-f]{64}$' },
    key: NAME,
    location: TEXT,
  },
  { table: NAME },
);
const OBSTACLE = objectOf({ table: NAME, kind: { enum: ['held', 'impossible', 'failed'] }, reasons: listOf(TEXT) });
const SHARE_REPORTED = objectOf({ product: NAME, domain: NAME, major: COUNT, consumer: NAME, report: SHARE_REPORT });

const NUMBER: JsonSchema = { type: 'number' };
const RULE_RESULT = objectOf(
  { rule: NAME, table: NAME, severity: { enum: ['error', 'warning', 'info'] }, ok: FLAG, expected: TEXT },
  { column: NAME, dimension: NAME, value: NUMBER, error: TEXT },
);
const PROMISE_RESULT = objectOf(
  { property: NAME, ok: FLAG, promised: TEXT },
  { table: NAME, value: NUMBER, unit: TEXT, error: TEXT },
);

/** The data of what a domain reports to the mesh. */
export const REPORT_DATA: Readonly<Record<DomainReport['type'], JsonSchema>> = {
  CatalogChanged: objectOf(
    { change: { enum: ['CreateTable', 'UpdateTable', 'DeleteTable'] }, database: NAME, table: NAME },
    { schema: CATALOG_SCHEMA },
  ),
  ShareApplied: SHARE_REPORTED,
  ShareFailed: SHARE_REPORTED,
  DisposalForeseen: objectOf({ ...VERSION, announcement: ANNOUNCEMENT }),
  DataRemoved: objectOf({ ...VERSION, disposal: DISPOSAL }),
  DisposalHindered: objectOf({ ...VERSION, obstacle: OBSTACLE }),
  DataDelivered: objectOf({ ...VERSION, table: NAME, at: TIME, run: NAME }, { rows: COUNT, bytes: COUNT }),
  QualityMeasured: objectOf(
    { ...VERSION, at: TIME, results: listOf(RULE_RESULT), promises: listOf(PROMISE_RESULT) },
    { run: NAME },
  ),
  LineageReported: objectOf({
    ...VERSION,
    table: NAME,
    run: NAME,
    event: { type: 'object', description: 'An OpenLineage run event (2-0-2).' },
  }),
};

const ANY_ROW: JsonSchema = {
  type: 'object',
  description: 'A value for each column by its name; null or nothing is NULL.',
};

/** The data of a `RowsChanged`; without a table, of any product. */
export function rowsChangedData(
  row: JsonSchema = ANY_ROW,
  place: Readonly<Record<string, JsonSchema>> = {},
): JsonSchema {
  const change = {
    type: 'object',
    properties: { before: row, after: row },
    additionalProperties: false,
    anyOf: [{ required: ['before'] }, { required: ['after'] }],
  };
  return objectOf({ product: NAME, major: COUNT, table: NAME, sequence: COUNT, rows: listOf(change), ...place });
}

/** The data of a `ProductRowsChanged`; without a table, of any product. */
export function productRowsData(
  row: JsonSchema = ANY_ROW,
  place: Readonly<Record<string, JsonSchema>> = {},
): JsonSchema {
  const image = (change: string, ...images: string[]): JsonSchema => ({
    type: 'object',
    required: ['change', ...images],
    properties: { change: { const: change }, ...Object.fromEntries(images.map((name) => [name, row])) },
    additionalProperties: false,
  });
  const change = { oneOf: [image('insert', 'after'), image('update', 'before', 'after'), image('delete', 'before')] };
  return objectOf({
    domain: NAME,
    product: NAME,
    major: COUNT,
    table: NAME,
    sequence: COUNT,
    subscription: NAME,
    rows: { ...listOf(change), minItems: 1 },
    ...place,
  });
}

const PROBLEM = objectOf({ code: NAME, severity: { enum: ['error', 'warning'] }, message: TEXT }, { path: TEXT });

/** The data of a `RowsRefused`. */
export const ROWS_REFUSED_DATA = objectOf({ refused: NAME, problems: listOf(PROBLEM) });

/** The rows of a table: every column that anybody may see; a consumer gets those of its subscription. */
export function rowSchema(table: Pick<ProductTable, 'columns' | 'partitionKeys'>): JsonSchema {
  const properties = Object.fromEntries(
    [...table.columns, ...table.partitionKeys].map(({ name, type, description }) => [
      name,
      { ...valueSchema(type), ...(description === undefined ? {} : { description }) },
    ]),
  );
  return { type: 'object', properties, additionalProperties: false };
}

/** What pins the events of a table to it. */
export function placeOf(product: Pick<ProductRecord, 'name' | 'major'>, table: string): Record<string, JsonSchema> {
  return { product: { const: product.name }, major: { const: product.major }, table: { const: table } };
}
