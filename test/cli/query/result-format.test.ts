import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, test } from '@jest/globals';
import { bytesText, formatNamed, formatOfFile, renderResult, writeResult } from '#cli/query/result-format.ts';

const RESULT = {
  id: 'q',
  milliseconds: 1,
  scannedBytes: 0,
  submittedAt: new Date(0),
  columns: [
    { name: 'id', type: 'bigint' },
    { name: 'name', type: 'varchar' },
    { name: 'price', type: 'decimal' },
    { name: 'sold', type: 'boolean' },
    { name: 'day', type: 'date' },
    { name: 'at', type: 'timestamp' },
    { name: 'tags', type: 'array' },
    { name: 'name', type: 'varchar' },
  ],
  rows: [
    ['9007199254740993', 'a, "b"\nc', '1.50', 'true', '2026-03-01', '2026-03-01 09:30:00.000', '[a, b]', 'x'],
    ['1', null, '2.125', 'false', null, null, null, null],
  ],
};

describe('a result', () => {
  test('as JSON keeps numbers that JSON can hold, and the text of others', () => {
    const [first, second] = JSON.parse(renderResult(RESULT, 'json', 80));
    expect(first).toMatchObject({ id: '9007199254740993', price: 1.5, sold: true, day: '2026-03-01', tags: '[a, b]' });
    expect(second).toMatchObject({ id: 1, price: 2.125, sold: false, day: null });
  });

  test('as CSV quotes what has to be quoted', () => {
    const [header, ...rest] = renderResult(RESULT, 'csv', 80).split('\n');
    expect(header).toBe('id,name,price,sold,day,at,tags,name');
    expect(rest.join('\n')).toContain('9007199254740993,"a, ""b""\nc",1.50,true');
    expect(rest.at(-2)).toBe('1,,2.125,false,,,,');
  });

  test('as Parquet has its types, and two columns of one name', async () => {
    const path = join(mkdtempSync(join(tmpdir(), "weft-o'result-")), 'rows.parquet');
    await writeResult(path, RESULT);
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const rows = await connection.runAndReadAll(`DESCRIBE SELECT * FROM '${path.replaceAll("'", "''")}'`);
    expect(rows.getRows().map(([name, type]) => `${name} ${type}`)).toEqual([
      'id BIGINT',
      'name VARCHAR',
      'price DECIMAL(38,3)',
      'sold BOOLEAN',
      'day DATE',
      'at TIMESTAMP',
      'tags VARCHAR',
      'name_2 VARCHAR',
    ]);
    const sum = await connection.runAndReadAll(`SELECT CAST(max(id) AS VARCHAR) FROM '${path.replaceAll("'", "''")}'`);
    expect(sum.getRows()).toEqual([['9007199254740993']]);
    connection.closeSync();
  });

  test('goes into a file by its suffix', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'weft-result-'));
    await writeResult(join(folder, 'rows.JSON'), RESULT);
    expect(JSON.parse(readFileSync(join(folder, 'rows.JSON'), 'utf8'))).toHaveLength(2);
    expect(() => formatOfFile('rows.xlsx')).toThrow(expect.objectContaining({ code: 'WEFT-CLI-121' }));
    expect(() => formatNamed('xlsx')).toThrow(expect.objectContaining({ code: 'WEFT-CLI-017' }));
  });

  test.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [1000, '1.0 kB'],
    [13_500_000, '13.5 MB'],
    [2_000_000_000_000_000, '2000.0 TB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(bytesText(bytes)).toBe(text);
  });
});
