import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { LineageGraph } from '#mesh/lineage/graph.ts';
import { runWeft } from './run-weft.ts';

const MESH = `mesh: toy
region: eu-central-1
governance: { account: "111111111111" }
classification: [public, internal, confidential, secret]
domains:
  - { name: sales, account: "222222222222", owners: [sam@example.org], contact: sales@example.org }
`;

const PIPELINE = `domain: sales
landing:
  raw: { format: csv, files: orders/, columns: [no, who, mail] }
steps:
  - { product: orders, table: orders, sql: orders.sql, on: { files: orders/ }, write: append }
`;

const CONTRACTS = new URL('../lambdas/fixtures/', import.meta.url);

describe('weft lineage check', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'weft-lineage-'));
    mkdirSync(join(folder, 'products/orders'), { recursive: true });
    mkdirSync(join(folder, 'pipeline'));
    for (const name of ['orders.odps.yaml', 'orders.odcs.yaml']) {
      cpSync(new URL(name, CONTRACTS), join(folder, 'products/orders', name));
    }
    writeFileSync(join(folder, 'mesh.yaml'), MESH);
    writeFileSync(join(folder, 'pipeline/pipeline.yaml'), PIPELINE);
    sql('SELECT CAST(no AS int) AS id, lower(mail) AS email FROM sales_landing.raw WHERE "$path" IN (:files)');
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const sql = (text: string) => writeFileSync(join(folder, 'pipeline/orders.sql'), text);
  const check = (...argv: string[]) => runWeft(['lineage', 'check', ...argv], { cwd: folder });

  test('tells column by column what the tables are made of, without a mesh', async () => {
    const { exit, out, err } = await check();
    expect([exit, err]).toEqual([0, '']);
    expect(out.split('\n').map((line) => line.trimEnd())).toEqual([
      'orders.orders pipeline/orders.sql',
      'COLUMN  MADE OF                  HOW',
      'id      sales_landing.raw.no     transformation',
      'email   sales_landing.raw.mail   transformation',
      '(rows)  sales_landing.raw.$path  filter',
      '',
    ]);
  });

  test('prints the graph for programs, and writes it as what the suffix says', async () => {
    const { exit, out } = await check('--json', '--output', 'lineage.svg');
    expect(exit).toBe(0);
    const { ok, graph } = JSON.parse(out) as { ok: boolean; graph: LineageGraph };
    expect(ok).toBe(true);
    expect(graph.edges.map(({ from, to }) => `${from} → ${to}`).sort()).toEqual([
      'sales:sales_landing.raw.$path → sales/orders@1.orders',
      'sales:sales_landing.raw.mail → sales/orders@1.orders.email',
      'sales:sales_landing.raw.no → sales/orders@1.orders.id',
    ]);
    expect(readFileSync(join(folder, 'lineage.svg'), 'utf8')).toContain('<svg ');
    await check('--output', 'lineage.jsonl');
    const [event] = readFileSync(join(folder, 'lineage.jsonl'), 'utf8').trim().split('\n');
    expect(JSON.parse(event ?? '')).toMatchObject({ dataset: { name: 'table/sales__orders__v1/orders' } });
  });

  test('warns of what cannot be told', async () => {
    sql('SELECT id, email FROM elsewhere.one NATURAL JOIN elsewhere.two');
    const { exit, err } = await check();
    expect(exit).toBe(0);
    expect(err).toMatch(/orders\.id cannot be told.*WEFT-LINEAGE-022/);
  });

  test('refuses what is no SELECT, and a step for a table that no contract has', async () => {
    sql('DELETE FROM sales.orders');
    expect(await check()).toMatchObject({ exit: 1, err: expect.stringContaining('WEFT-LINEAGE-020') });
    writeFileSync(join(folder, 'pipeline/pipeline.yaml'), PIPELINE.replace('table: orders', 'table: nothing'));
    expect(await check()).toMatchObject({ exit: 1, err: expect.stringContaining('WEFT-LINEAGE-021') });
  });

  test('refuses a folder without a pipeline, and one whose pipeline has no steps', async () => {
    expect(await check('products')).toMatchObject({ exit: 1, err: expect.stringContaining('WEFT-LINEAGE-015') });
    writeFileSync(join(folder, 'pipeline/pipeline.yaml'), 'domain: sales\n');
    expect(await check()).toMatchObject({ exit: 1, err: expect.stringContaining('WEFT-LINEAGE-015') });
  });
});
