import { describe, expect, test } from '@jest/globals';
import { compareTables } from '#mesh/contract/compatibility.ts';
import { fromCatalogReport, sameTable, toCatalogSchema, toTableInput } from '#mesh/contract/glue-table.ts';
import type { ProductTable, TableFormat } from '#mesh/product/product.ts';
import { column, product, table } from '../fixtures.ts';

const TABLE = table('t', [{ ...column('a', 'int'), description: 'A' }, column('b', 'array<string>')], {
  description: 'T',
  partitionKeys: [column('k', 'date')],
});
const PRODUCT = product([TABLE]);

describe('the central table', () => {
  test('is Glue’s table of the product’s table', () => {
    expect(toTableInput(PRODUCT, TABLE)).toEqual({
      Name: 't',
      Description: 'T',
      TableType: 'EXTERNAL_TABLE',
      Parameters: {
        EXTERNAL: 'TRUE',
        classification: 'parquet',
        'weft.product': 'sales/orders',
        'weft.version': '1.0.0',
      },
      PartitionKeys: [{ Name: 'k', Type: 'date' }],
      StorageDescriptor: {
        Columns: [
          { Name: 'a', Type: 'int', Comment: 'A' },
          { Name: 'b', Type: 'array<string>' },
        ],
        Location: 's3://toy-sales-222222222222-eu-central-1/t/',
        InputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
        OutputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
        SerdeInfo: {
          SerializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe',
          Parameters: { 'serialization.format': '1' },
        },
      },
    });
  });

  test('has an empty list of partition keys when there are none', () => {
    expect(toTableInput(PRODUCT, { ...TABLE, partitionKeys: [] }).PartitionKeys).toEqual([]);
  });

  test('of CSV says how its lines are read', () => {
    const csv: ProductTable = { ...TABLE, format: 'csv', delimiter: ';', header: true };
    const plain = toTableInput(PRODUCT, csv);
    expect(plain.Parameters['skip.header.line.count']).toBe('1');
    expect(plain.StorageDescriptor.SerdeInfo).toMatchObject({ Parameters: { 'field.delim': ';' } });
    const quoted = toTableInput(PRODUCT, { ...csv, quote: '"' });
    expect(quoted.StorageDescriptor.SerdeInfo).toEqual({
      SerializationLibrary: 'org.apache.hadoop.hive.serde2.OpenCSVSerde',
      Parameters: { separatorChar: ';', quoteChar: '"' },
    });
  });

  test.each<TableFormat>(['parquet', 'csv', 'json', 'orc', 'avro'])('of %s reads back as the same shape', (format) => {
    const of: ProductTable = { ...TABLE, format };
    const { description: _, ...schema } = { description: '', ...toCatalogSchema(toTableInput(PRODUCT, of)) };
    expect(compareTables(of, fromCatalogReport(schema))).toEqual([]);
  });

  test('tells Athena which partitions there are, where every key is projected', () => {
    const day = {
      ...column('k', 'date'),
      projection: { type: 'date', from: '2024-01-01', format: 'yyyy-MM-dd' },
    } as const;
    const projected = { ...TABLE, partitionKeys: [day] };
    expect(toTableInput(PRODUCT, projected).Parameters).toMatchObject({
      'projection.enabled': 'true',
      'projection.k.type': 'date',
      'projection.k.range': '2024-01-01,NOW+1DAYS',
      'projection.k.format': 'yyyy-MM-dd',
      'projection.k.interval': '1',
      'projection.k.interval.unit': 'DAYS',
    });
    const half = toTableInput(PRODUCT, { ...TABLE, partitionKeys: [day, column('region')] });
    expect(half.Parameters).not.toHaveProperty('projection.enabled');
    const later = { ...day, projection: { ...day.projection, from: '2025-01-01' } };
    const input = toTableInput(PRODUCT, projected);
    expect(sameTable(input, toTableInput(PRODUCT, { ...TABLE, partitionKeys: [later] }))).toBe(false);
    expect(sameTable(input, toTableInput(PRODUCT, TABLE))).toBe(false);
  });

  test('is the same whatever AWS adds, and another when something of ours differs', () => {
    const ours = toTableInput(PRODUCT, TABLE);
    const read = { ...ours, Parameters: { ...ours.Parameters, transient_lastDdlTime: '1' }, VersionId: '7' };
    expect(sameTable(ours, read)).toBe(true);
    for (const other of [
      toTableInput({ ...PRODUCT, version: '1.0.1' }, TABLE),
      toTableInput(PRODUCT, { ...TABLE, description: 'U' }),
      toTableInput(PRODUCT, { ...TABLE, columns: TABLE.columns.toReversed() }),
      toTableInput(PRODUCT, { ...TABLE, partitionKeys: [] }),
      toTableInput(PRODUCT, { ...TABLE, location: 's3://elsewhere/' }),
      toTableInput(PRODUCT, { ...TABLE, format: 'orc' }),
    ]) {
      expect(sameTable(other, read)).toBe(false);
    }
  });
});

describe('a report of a domain’s catalog', () => {
  test('is folded into the product’s notation', () => {
    const shape = fromCatalogReport({
      columns: [{ name: 'Id', type: 'BIGINT' }],
      partitionKeys: [],
      location: 's3://b/p',
      format: 'parquet',
    });
    expect(shape).toMatchObject({ columns: [{ name: 'id', type: 'bigint' }], location: 's3://b/p/' });
  });

  test('of a table with a SerDe that is none of ours changes the format', () => {
    const schema = toCatalogSchema({ StorageDescriptor: { SerdeInfo: { SerializationLibrary: 'com.example.SerDe' } } });
    expect(schema.format).toBe('com.example.SerDe');
    expect(compareTables(TABLE, fromCatalogReport(schema)).map((change) => change.rule)).toContain('format-changed');
  });
});
