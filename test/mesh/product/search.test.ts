import { describe, expect, test } from '@jest/globals';
import { match, search } from '#mesh/product/search.ts';
import { column, product, table } from '../fixtures.ts';

const FLIGHTS = product([table('flights', [column('origin'), column('delay', 'int')])], {
  domain: 'flight-operations',
  name: 'flights',
  description: 'Every flight of a year',
  tags: ['aviation'],
});
const AIRPORTS = product([table('airports', [column('iata')])], {
  domain: 'airport-reference',
  name: 'airports',
  title: 'Airports of the world',
  description: 'Where flights start and land',
  tags: ['aviation', 'reference'],
});
const names = (query: string) => search(query, [FLIGHTS, AIRPORTS]).map((entry) => entry.name);

describe('searching products', () => {
  test.each([
    ['flights', ['flights', 'airports']],
    ['airport', ['airports']],
    ['WORLD', ['airports']],
    ['aviation', ['airports', 'flights']],
    ['delay', ['flights']],
    ['iata reference', ['airports']],
    ['flights iata', ['airports']],
    ['submarine', []],
    ['delay submarine', []],
    ['', ['airports', 'flights']],
    [' !? ', ['airports', 'flights']],
  ])('"%s"', (query, found) => expect(names(query)).toEqual(found));

  test('a whole word counts more than a part of one', () => {
    expect(match('flights', FLIGHTS)).toBeGreaterThan(match('flig', FLIGHTS));
  });
});
