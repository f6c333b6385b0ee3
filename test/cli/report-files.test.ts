import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { reportPaths, writeReport } from '#cli/report-files.ts';
import { buildReport } from '#mesh/audit/report/report.ts';
import { reportRows } from '#mesh/audit/report/rows.ts';
import { act, facts, HOSTILE } from '../mesh/audit/report/fixtures.ts';

let folder: string;
const report = buildReport(facts({ acts: [...facts().acts, act('x', { kind: 'denied', summary: HOSTILE })] }));

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "weft-report-it's-"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a folder gets every format, and each holds the same', async () => {
  const paths = reportPaths(join(folder, 'all'));
  await writeReport(report, paths);
  expect(paths.map((path) => path.slice(folder.length))).toEqual([
    '/all/report.html',
    '/all/report.csv',
    '/all/report.json',
    '/all/report.parquet',
  ]);
  expect(JSON.parse(readFileSync(paths[2] ?? '', 'utf8'))).toEqual(JSON.parse(JSON.stringify(report)));
  const connection = await (await DuckDBInstance.create()).connect();
  const path = (paths[3] ?? '').replaceAll("'", "''");
  const rows = (await connection.runAndReadAll(`SELECT * FROM read_parquet('${path}')`)).getRowObjectsJson();
  expect(rows).toEqual(reportRows(report).map((row) => ({ ...row, value: row.value ?? null })));
  const csv = (
    await connection.runAndReadAll(
      `SELECT count(*) FROM read_csv('${(paths[1] ?? '').replaceAll("'", "''")}', header = true, all_varchar = true)`,
    )
  ).getRowsJson();
  expect(csv).toEqual([[String(rows.length)]]);
  expect(readFileSync(paths[1] ?? '', 'utf8')).toContain(`'=cmd`);
  connection.closeSync();
});

test('a file gets the format of its suffix, and another suffix is refused', () => {
  expect(reportPaths(join(folder, 'a.csv'))).toEqual([join(folder, 'a.csv')]);
  expect(() => reportPaths(join(folder, 'a.docx'))).toThrow(expect.objectContaining({ code: 'WEFT-AUDIT-064' }));
  writeFileSync(join(folder, 'plain'), '');
  expect(() => reportPaths(join(folder, 'plain/'))).toThrow(expect.objectContaining({ code: 'WEFT-AUDIT-065' }));
});
