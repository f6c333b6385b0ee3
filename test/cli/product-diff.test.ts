import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { runWeft } from './run-weft.ts';

const FLIGHTS = 'examples/aviation/products/flights';

/** A copy of the flights product with one text of its contract replaced. */
function changed(from: string, to: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'weft-diff-'));
  cpSync(FLIGHTS, folder, { recursive: true });
  const file = join(folder, 'flights.odcs.yaml');
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(from);
  writeFileSync(file, text.replace(from, to));
  return folder;
}

const diff = (folder: string, ...more: string[]) =>
  runWeft(['product', 'diff', FLIGHTS, folder, '--detailed-exitcode', ...more]);

describe('product diff', () => {
  test('of a product and itself is empty', async () => {
    expect(await diff(FLIGHTS)).toMatchObject({ exit: 0, out: '' });
  });

  test('shows a compatible change', async () => {
    const ran = await diff(
      changed('      - name: delay\n', '      - name: gate\n        logicalType: string\n      - name: delay\n'),
    );
    expect(ran).toMatchObject({ exit: 2, out: expect.stringContaining('compatible flights: the column "gate"') });
  });

  test('shows what needs a new major version, and which', async () => {
    const ran = await diff(changed('name: delay', 'name: lateness'));
    expect(ran).toMatchObject({
      exit: 3,
      out: expect.stringContaining('WEFT-COMPAT-003'),
      err: expect.stringContaining('2.0.0'),
    });
    const json = JSON.parse((await diff(changed('physicalType: bigint', 'physicalType: int'), '--json')).out);
    expect(json).toMatchObject({
      needs: 'major',
      changes: [{ rule: 'type-changed', verdict: 'breaking', column: 'delay' }],
    });
  });

  test('refuses what is not valid', async () => {
    const ran = await diff(changed('format: parquet', 'format: xlsx'));
    expect(ran).toMatchObject({ exit: 1, err: expect.stringContaining('WEFT-CLI-030') });
  });
});
