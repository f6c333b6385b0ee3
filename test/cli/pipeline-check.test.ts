import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { repositoryOf } from '../pipeline/repository.ts';
import { runWeft } from './run-weft.ts';

describe('weft pipeline check', () => {
  let folder: string;

  beforeEach(() => {
    folder = repositoryOf('source-aligned');
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('finds nothing wrong with what a template makes', async () => {
    const { exit, out } = await runWeft(['pipeline', 'check', '--json'], { cwd: folder });
    expect({ exit, answer: JSON.parse(out) }).toMatchObject({
      exit: 0,
      answer: { ok: true, problems: [], steps: [{ name: 'orders.orders', write: 'append' }, {}, {}] },
    });
  });

  test('names every problem of every file with its place', async () => {
    appendFileSync(join(folder, 'pipeline/pipeline.yaml'), '    retries: 3\n');
    writeFileSync(join(folder, 'pipeline/orders.sql'), 'DROP TABLE orders');
    const { exit, err } = await runWeft(['pipeline', 'check'], { cwd: folder, columns: 200 });
    expect(exit).toBe(1);
    expect(err).toMatch(/pipeline\/pipeline\.yaml:\d+:5/);
    expect(err).toContain('WEFT-PIPELINE-002');
  });

  test('says what is not one SELECT, and where it is named', async () => {
    writeFileSync(join(folder, 'pipeline/orders.sql'), 'DROP TABLE orders');
    const { exit, out } = await runWeft(['pipeline', 'check', '--json'], { cwd: folder });
    const { problems } = JSON.parse(out);
    expect({ exit, codes: problems.map(({ code }: { code: string }) => code) }).toEqual({
      exit: 1,
      codes: ['WEFT-PIPELINE-011', 'WEFT-PIPELINE-012'],
    });
  });

  test('warns of columns and raw tables that are not there', async () => {
    writeFileSync(
      join(folder, 'pipeline/orders.sql'),
      'SELECT order_id, countri AS country FROM sales_landing.ordrs WHERE "$path" IN (:files)',
    );
    writeFileSync(
      join(folder, 'pipeline/orders-json.sql'),
      'SELECT o.order_idd AS order_id FROM sales_landing.orders_json o WHERE "$path" IN (:files)',
    );
    const { exit, err } = await runWeft(['pipeline', 'check'], { cwd: folder, columns: 200 });
    expect(exit).toBe(0);
    expect(err).toMatch(
      /orders\.sql reads sales_landing\.ordrs, .* \(WEFT-LINEAGE-023\)\n {4}fix: use one of sales_landing\.orders,/,
    );
    expect(err).toContain('orders.order_id cannot be told: `o` has no column `order_idd` (WEFT-LINEAGE-022)');
    expect(err).toContain('orders.customer_id cannot be told: the SELECT shows no column of that name');
  });

  test('is what weft local up does first: a broken repository is told before anything starts', async () => {
    writeFileSync(join(folder, 'pipeline/orders.sql'), 'DROP TABLE orders');
    const { exit, err } = await runWeft(['local', 'up', '--detach'], { cwd: folder, columns: 200 });
    expect(exit).toBe(1);
    expect(err).toMatch(
      /^error: the repository \. is not valid \(WEFT-TEMPLATE-014\)\npipeline\/pipeline\.yaml:\d+:\d+: error: orders\.sql is not/,
    );
    expect(err).not.toContain('    at ');
  });

  test('tells of a folder that is no repository', async () => {
    const { exit, err } = await runWeft(['pipeline', 'check', 'nowhere'], { cwd: folder, columns: 200 });
    expect({ exit, err }).toMatchObject({ exit: 1, err: expect.stringContaining('there is no nowhere/mesh.yaml') });
  });
});
