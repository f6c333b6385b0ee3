import { expect, test } from '@jest/globals';
import { tagsOf } from '#mesh/entitlement/tags.ts';
import { column, product, TOPOLOGY, table } from '../fixtures.ts';

const ladder = TOPOLOGY.classification;
const partitioned = (levels: readonly string[], key: string) =>
  product([
    table(
      't',
      levels.map((level, at) => column(`c${at}`, 'int', level)),
      { partitionKeys: [column('k', 'string', key)] },
    ),
  ]);

test.each<[string, readonly string[], string, Record<string, string>]>([
  ['as the least sensitive column, or keys alone would be shown', ['secret'], 'public', { c0: 'secret', k: 'secret' }],
  ['no higher than that', ['secret', 'public'], 'public', { c0: 'secret', c1: 'public', k: 'public' }],
  ['and lifts what is lower than itself', ['public'], 'secret', { c0: 'secret', k: 'secret' }],
  ['as nothing where no column is classified', ['unheard-of'], 'public', {}],
])('a partition key counts %s', (_how, columns, key, tags) => {
  expect(tagsOf(partitioned(columns, key), ladder).columns.t ?? {}).toEqual(tags);
});
