import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Ledger, LedgerRow } from '#local/ledger/ledger.ts';

/** The rows whose test does not speak of what the row is for, one sentence each. A test speaks of what it, what it imports from beside it, or its cases name. */
export function unmentioned(ledger: Ledger, root: string): string[] {
  const texts = new Map<string, string>();
  const textOf = (test: string) => {
    const known = texts.get(test) ?? readTest(root, test);
    texts.set(test, known);
    return known;
  };
  return [...ledger].flatMap(([file, rows]) =>
    rows.flatMap((row, index) =>
      speaksOf(row, textOf) ? [] : [`${file}.yaml row ${index + 1}: ${row.test} does not name ${wordOf(row)}`],
    ),
  );
}

function wordOf({ by, operation }: LedgerRow): string {
  return by ?? operation;
}

function speaksOf(row: LedgerRow, textOf: (test: string) => string): boolean {
  const word = wordOf(row);
  if (word === '*') return true;
  const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<!\\w)${escaped}(Command)?(?!\\w)`).test(textOf(row.test));
}

function readTest(root: string, test: string): string {
  const path = join(root, test);
  if (!existsSync(path)) return '';
  const own = readFileSync(path, 'utf8');
  const beside = [...own.matchAll(/from '(\.\.?\/[^']+\.ts)'/g)].map((match) => join(dirname(path), match[1] ?? ''));
  const folders = [...own.matchAll(/\bcases\/([a-z-]+)/g)].map((match) => join(root, 'test/cases', match[1] ?? ''));
  const cases = folders.filter(existsSync).flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(yaml|json)$/.test(name))
      .map((name) => join(folder, name)),
  );
  return [own, ...[...beside.filter(existsSync), ...cases].map((file) => readFileSync(file, 'utf8'))].join('\n');
}
