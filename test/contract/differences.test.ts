import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { checkDifferences, type Difference, expectDifference, readDifferences } from './differences.ts';

/** The ids that the suites and their cases name: the row of a difference is always written out where it is used. */
function usedIds(): string[] {
  const texts = (folder: URL, ending: string) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith(ending) && name !== 'differences.test.ts')
      .map((name) => readFileSync(new URL(name, folder), 'utf8'));
  const ids = readDifferences().map(({ id }) => id);
  const suites = texts(new URL('./', import.meta.url), '.test.ts').flatMap((text) => [
    ...[...text.matchAll(/\bdiffers\(\s*'([^']+)'/g)].map((match) => match[1] ?? ''),
    ...ids.filter((id) => text.includes(`'${id}'`)),
  ]);
  const cases = texts(new URL('../cases/', import.meta.url), '.yaml').flatMap((text) =>
    [...text.matchAll(/\bdiffers: ([a-z0-9-]+)/g)].map((match) => match[1] ?? ''),
  );
  return [...suites, ...cases];
}

const ROW: Difference = {
  id: 'a',
  service: 'S',
  operation: 'O',
  what: 'w',
  local: 'l',
  moto: 'm',
  right: 'local',
  source: 's',
  shows: 'instead of rejected',
};

describe('the differences between lib/local and moto', () => {
  test('have a row each, and every row is asserted by a test', () => {
    expect(checkDifferences(readDifferences(), usedIds())).toEqual([]);
  });

  test('what is wrong with them is told', () => {
    const rows = [ROW, ROW, { ...ROW, id: 'b', what: '', right: 'nobody' as never }, { ...ROW, source: 'not checked' }];
    expect(checkDifferences(rows, ['a', 'c'])).toEqual([
      'b has no what',
      'b does not say who is right: local, moto or unknown',
      'a has no source for who is right',
      'a is there twice',
      'a is there twice',
      'b is used by no test',
      'c has no row in differences.yaml',
    ]);
  });

  test('hold while moto fails as the row shows', async () => {
    await expectDifference(ROW, async () => {
      await expect(Promise.resolve(1)).rejects.toThrow();
    });
  });

  test('fail when moto no longer differs, and when it differs otherwise', async () => {
    await expect(expectDifference(ROW, () => undefined)).rejects.toThrow('moto no longer differs');
    const refused = Object.assign(new Error('connect'), { $metadata: { httpStatusCode: 500 } });
    await expect(expectDifference(ROW, () => Promise.reject(refused))).rejects.toThrow('Error (500): connect');
  });
});
