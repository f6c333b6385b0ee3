import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readProductFolder } from '#cli/product-folder.ts';
import { parseProduct } from '#mesh/contract/parse.ts';
import { checkPipeline } from '#mesh/pipeline/check.ts';
import { type Exchange, exchangedTables, snapshotPrefix } from '#mesh/pipeline/exchange.ts';
import { parsePipeline } from '#mesh/pipeline/parse.ts';
import { parseMesh } from '#mesh/topology/parse.ts';
import { repositoryOf } from '../../pipeline/repository.ts';

const FOLDER = repositoryOf('file-exchange');
const PIPELINE = readFileSync(join(FOLDER, 'pipeline/pipeline.yaml'), 'utf8');

function topology() {
  const checked = parseMesh(readFileSync(join(FOLDER, 'mesh.yaml'), 'utf8'));
  if (!checked.ok) throw new Error('the mesh of the template is not valid');
  return checked.value;
}

function product(change: (contract: string) => string = (text) => text) {
  const files = readProductFolder('products/prices', FOLDER);
  const contracts = files.contracts.map(({ file, text }) => ({ file, text: change(text) }));
  const checked = parseProduct({ ...files, contracts }, topology());
  if (!checked.ok) throw new Error(checked.problems.map(({ message }) => message).join('; '));
  return checked.value;
}

function problems(exchange: string): string[] {
  const parsed = parsePipeline(PIPELINE.replace(/exchange:[\s\S]*/, exchange), 'pipeline.yaml');
  const ground = {
    topology: topology(),
    products: [product()],
    sql: { 'prices.sql': 'SELECT 1 WHERE "$path" IN (:files)' },
  };
  const all = parsed.ok ? checkPipeline(parsed.value, ground).problems : parsed.problems;
  return all.map(({ code, message }) => `${code} ${message}`);
}

describe('what goes to a partner', () => {
  const shown = (clearance?: string, of = product()) =>
    exchangedTables(
      { product: 'prices', partner: 'p', every: { count: 1, unit: 'day' }, clearance },
      of.tables,
      topology().classification,
    ).map(({ name, columns }) => [name, columns.map((column) => column.name)]);

  test('is the columns up to the clearance', () => {
    expect(shown('internal')).toEqual([['prices', ['article', 'name', 'price', 'currency', 'valid_from']]]);
    expect(shown('confidential')).toEqual([['prices', ['article', 'name', 'price', 'currency', 'cost', 'valid_from']]]);
  });

  test('is the lowest level where none is said', () => expect(shown()).toEqual([]));

  test('is no table that only views read, and no view', () => {
    const hidden = product((text) =>
      text
        .replace(
          '      - property: weft.derivedFrom',
          '      - { property: weft.internal, value: true }\n      - property: weft.derivedFrom',
        )
        .replace(
          'slaProperties:',
          '  - name: prices_masked\n    physicalName: prices_masked\n    customProperties: [{ property: weft.view, value: prices }, { property: weft.classification, value: internal }]\n    properties:\n      - { name: article, logicalType: string, physicalType: string }\nslaProperties:',
        ),
    );
    expect(hidden.tables.map(({ name, internal }) => [name, internal])).toEqual([
      ['prices', true],
      ['prices_masked', undefined],
    ]);
    expect(shown('restricted', hidden)).toEqual([]);
  });

  test.each<[Exchange['every']['unit'], string]>([
    ['day', 'p/prices/2026-11-30/'],
    ['hour', 'p/prices/2026-11-30T12/'],
    ['minute', 'p/prices/2026-11-30T1229/'],
  ])('lies in a folder of its %s', (unit, folder) => {
    const exchange = { product: 'prices', partner: 'p', every: { count: 1, unit } };
    expect(snapshotPrefix(exchange, '2026-11-30T12:29:31Z')).toBe(folder);
  });
});

describe('an exchange in pipeline.yaml', () => {
  const one = (lines: string) => problems(`exchange:\n  - ${lines.replaceAll('\n', '\n    ')}\n`);

  test('that is right has no problem', () => {
    expect(one('product: prices\npartner: harbour-freight\nevery: 6 hours\nclearance: internal')).toEqual([]);
  });

  test.each([
    [
      'without a time',
      'product: prices\npartner: harbour-freight\nclearance: internal',
      /^WEFT-PIPELINE-003 the key "every"/,
    ],
    ['with a key that is none', 'product: prices\npartner: harbour-freight\nevery: 1 day\nto: x', /^WEFT-PIPELINE-002/],
    [
      'of a product that there is none of',
      'product: costs\npartner: harbour-freight\nevery: 1 day',
      /^WEFT-PIPELINE-007/,
    ],
    [
      'with nobody of the mesh',
      'product: prices\npartner: who\nevery: 1 day\nclearance: internal',
      /^WEFT-PIPELINE-025/,
    ],
    [
      'with the domain itself',
      'product: prices\npartner: sales\nevery: 1 day\nclearance: internal',
      /^WEFT-PIPELINE-025/,
    ],
    [
      'up to a level that there is none of',
      'product: prices\npartner: harbour-freight\nevery: 1 day\nclearance: high',
      /^WEFT-PIPELINE-026/,
    ],
    [
      'that shows nothing',
      'product: prices\npartner: harbour-freight\nevery: 1 day',
      /^WEFT-PIPELINE-026 no column of "prices" is at or below public/,
    ],
  ])('%s is told', (_what, lines, expected) => {
    expect(one(lines)).toEqual([expect.stringMatching(expected)]);
  });

  test('that stands twice is told', () => {
    const entry = '  - { product: prices, partner: harbour-freight, every: 1 day, clearance: internal }\n';
    expect(problems(`exchange:\n${entry}${entry}`)).toEqual([expect.stringMatching(/^WEFT-PIPELINE-005 .*twice/)]);
  });
});
