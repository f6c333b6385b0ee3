import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { compareProducts } from '#mesh/contract/compare-products.ts';
import { RULES } from '#mesh/contract/compatibility-rules.ts';
import { neededVersion } from '#mesh/contract/needed-version.ts';
import { type ProductDraft, parseProduct } from '#mesh/contract/parse.ts';
import { TOPOLOGY } from '../fixtures.ts';

const cases = new URL('../../cases/', import.meta.url);
const PRODUCT = readFileSync(new URL('contract/orders.odps.yaml', cases), 'utf8');
const CONTRACT = readFileSync(new URL('contract/orders.odcs.yaml', cases), 'utf8');

type Replacement = readonly [string, string];
interface Case {
  readonly name: string;
  readonly product?: Replacement;
  readonly contract?: Replacement;
  /** What the contract says before. */
  readonly from?: Replacement;
  readonly changes: readonly string[];
  readonly needs: string;
}

const given = parse(readFileSync(new URL('compatibility/products.yaml', cases), 'utf8')) as Case[];
const tables = parse(readFileSync(new URL('compatibility/cases.yaml', cases), 'utf8')) as Case[];

function draft(product?: Replacement, contract?: Replacement): ProductDraft {
  for (const [text, replacement] of [
    [PRODUCT, product],
    [CONTRACT, contract],
  ] as const) {
    expect(text).toContain(replacement?.[0] ?? '');
  }
  const checked = parseProduct(
    {
      product: { file: 'odps', text: product === undefined ? PRODUCT : PRODUCT.replace(...product) },
      contracts: [{ file: 'odcs', text: contract === undefined ? CONTRACT : CONTRACT.replace(...contract) }],
    },
    TOPOLOGY,
  );
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  return checked.value;
}

describe('a change of a product', () => {
  test.each(given)('$name', ({ product, contract, from, changes, needs }) => {
    const found = compareProducts(draft(undefined, from), draft(product, contract), TOPOLOGY.classification);
    const shown = found.map(({ rule, table, column, breaking }) => {
      const where = [table, column].filter((part) => part !== undefined).join('.');
      return `${rule}${where === '' ? '' : ` ${where}`}${breaking ? '!' : ''}`;
    });
    expect({ changes: shown, needs: neededVersion(found) }).toEqual({ changes, needs });
  });

  test('has a case for every rule, and every rule a number of its own', () => {
    const covered = new Set(
      [...given, ...tables].flatMap(({ changes }) => changes.map((change) => change.split(/[ !]/)[0])),
    );
    expect(Object.keys(RULES).filter((name) => !covered.has(name))).toEqual([]);
    const numbers = Object.values(RULES).map(({ number }) => number);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  test('is none between a product and itself', () => {
    const same = draft();
    expect(compareProducts(same, same, TOPOLOGY.classification)).toEqual([]);
  });
});
