import { describe, expect, test } from '@jest/globals';
import { evaluate } from '#mesh/audit/rules/evaluate.ts';
import { ANALYST, denial, given, read, rule } from './facts.ts';

const bulk = rule('looksAt: reads, raise: { within: 1m, queries: 3 }');

describe('a threshold', () => {
  test('is reached by the query that makes it so many within the window', () => {
    const facts = [read('a', 0), read('b', 30), read('c', 59), read('d', 59.5)];
    expect(evaluate([bulk], facts, given())).toEqual([
      expect.objectContaining({
        rule: 'it',
        subject: ANALYST,
        at: facts[2]?.at,
        from: facts[0]?.at,
        evidence: ['a', 'b', 'c'],
        measured: { queries: 3 },
        products: ['flight-operations/flights'],
        subscriptions: ['flight-operations.flights.v1.analytics.a1'],
      }),
    ]);
  });

  test('is not reached by as many over a window and more', () => {
    expect(evaluate([bulk], [read('a', 0), read('b', 30), read('c', 60)], given())).toEqual([]);
  });

  test('counts a query once, however many tables it reads, and its bytes once', () => {
    const tables = ['x', 'y', 'z'].map((table) => read('a', 0, { table }));
    expect(evaluate([bulk], tables, given())).toEqual([]);
    const bytes = rule('looksAt: reads, raise: { within: 1m, bytes: 200 }');
    expect(evaluate([bytes], tables, given())).toEqual([]);
    expect(evaluate([bytes], [...tables, read('b', 1)], given())).toHaveLength(1);
    const wide = rule('looksAt: reads, raise: { within: 1m, tables: 3 }');
    expect(evaluate([wide], tables, given())).toHaveLength(1);
  });

  test('counts columns of different tables as different ones, and products', () => {
    const columns = rule('looksAt: reads, raise: { within: 1m, columns: 4 }');
    const one = read('a', 0, { columns: ['id', 'name'] });
    expect(evaluate([columns], [one, read('b', 1, { columns: ['id', 'name'] })], given())).toEqual([]);
    expect(evaluate([columns], [one, read('b', 1, { table: 'other', columns: ['id', 'name'] })], given())).toHaveLength(
      1,
    );
    const products = rule('looksAt: reads, raise: { within: 1m, products: 2 }');
    expect(evaluate([products], [one, read('b', 1, { product: 'airports' })], given())).toHaveLength(1);
  });

  test('counts each subject by itself', () => {
    const others = [read('a', 0), read('b', 1, { principal: `${ANALYST}-2` }), read('c', 2)];
    expect(evaluate([bulk], others, given())).toEqual([]);
    const sessions = rule('looksAt: reads, per: session, raise: { within: 1m, queries: 2 }');
    expect(evaluate([sessions], [read('a', 0), read('b', 1, { session: 'ann' })], given())).toEqual([]);
    expect(evaluate([sessions], [read('a', 0), read('b', 1)], given())).toMatchObject([{ subject: `${ANALYST} mary` }]);
  });

  test('is news again once a window has passed', () => {
    const facts = [0, 1, 2, 30, 61, 62, 63, 64].map((second, index) => read(String(index), second));
    expect(evaluate([bulk], facts, given()).map(({ evidence }) => evidence)).toEqual([
      ['0', '1', '2'],
      ['5', '6', '7'],
    ]);
  });

  test('sees what comes late, and tells what was told only once', () => {
    const early = [read('a', 0), read('b', 10)];
    expect(evaluate([bulk], early, given())).toEqual([]);
    const told = evaluate([bulk], [...early, read('late', 5)], given());
    expect(told).toHaveLength(1);
    expect(evaluate([bulk], [...early, read('late', 5), read('later', 7)], given({ told }))).toEqual([]);
  });
});

describe('a first use', () => {
  const first = rule('looksAt: reads, raise: { first: product }');

  test('is told once, whenever it comes again', () => {
    const told = evaluate([first], [read('a', 0), read('b', 100_000)], given());
    expect(told).toMatchObject([{ evidence: ['a'] }]);
    expect(evaluate([first], [read('c', 9_000_000)], given({ told }))).toEqual([]);
  });

  test('is of each product, table or column', () => {
    const facts = [read('a', 0, { columns: ['x', 'y'] }), read('b', 1, { columns: ['y'], table: 'other' })];
    const found = (what: string) => evaluate([rule(`looksAt: reads, raise: { first: ${what} }`)], facts, given());
    expect([found('product'), found('table'), found('column')].map(({ length }) => length)).toEqual([1, 2, 3]);
  });
});

describe('who, what and when', () => {
  const once = 'raise: { within: 1m, queries: 1 }';
  const finds = (text: string, more: Parameters<typeof read>[2] = {}, around = given()) =>
    evaluate([rule(`looksAt: reads, ${text}, ${once}`)], [read('a', 0, more)], around).length === 1;

  test.each([
    ['who: { domains: [analytics] }', {}, true],
    ['who: { domains: [elsewhere] }', {}, false],
    ['who: { roles: [analyst] }', {}, true],
    ['who: { roles: [steward] }', {}, false],
    ["who: { principals: ['arn:aws:iam::210000000014:role/*'] }", {}, true],
    ["who: { principals: ['arn:aws:iam::999999999999:role/*'] }", {}, false],
    ["who: { except: ['*-analyst'] }", {}, false],
    ["what: { products: ['flight-operations/*'] }", {}, true],
    ["what: { products: ['*/airports'] }", {}, false],
    ["what: { products: ['*/*'] }", { domain: undefined, product: undefined }, false],
    ['what: { tables: [flights] }', {}, true],
    ['what: { tables: [crews] }', {}, false],
    ['what: { classification: internal }', {}, true],
    ['what: { classification: confidential }', {}, false],
    ['what: { classification: highest }', {}, false],
    ['what: { personal: true }', {}, false],
  ])('%s: %j', (text, more, expected) => {
    expect(finds(text, more)).toBe(expected);
  });

  test('data of which nobody knows what it is counts as the most sensitive', () => {
    const unknown = given({ sensitivityOf: () => undefined });
    expect(finds('what: { classification: highest, personal: true }', {}, unknown)).toBe(true);
  });

  test.each([
    // Berlin is an hour before UTC in winter and two in summer: 06:30 UTC is 07:30 or 08:30.
    ['2026-03-02T06:30:00Z', "outside: '08:00-19:00', zone: Europe/Berlin", true],
    ['2026-07-06T06:30:00Z', "outside: '08:00-19:00', zone: Europe/Berlin", false],
    ['2026-03-02T10:00:00Z', "inside: '08:00-19:00', zone: UTC", true],
    ['2026-03-01T10:00:00Z', "inside: '08:00-19:00', zone: UTC", false],
    ['2026-03-01T10:00:00Z', "outside: '08:00-19:00', zone: UTC", true],
    ['2026-03-01T10:00:00Z', "outside: '08:00-19:00', days: [sun], zone: UTC", false],
    // Over midnight: Friday's night goes on into Saturday, and Sunday's into no Monday that is named.
    ['2026-03-06T23:00:00Z', "inside: '22:00-06:00', zone: UTC", true],
    ['2026-03-07T05:59:00Z', "inside: '22:00-06:00', zone: UTC", true],
    ['2026-03-07T06:00:00Z', "inside: '22:00-06:00', zone: UTC", false],
    ['2026-03-02T05:00:00Z', "inside: '22:00-06:00', zone: UTC", false],
    ['2026-03-02T23:59:00Z', "inside: '19:00-24:00', zone: UTC", true],
  ])('%s is %s: %s', (at, when, expected) => {
    expect(finds(`when: { ${when} }`, { at })).toBe(expected);
  });
});

test('denials are counted apart from reads', () => {
  const denied = rule('looksAt: denials, per: session, raise: { within: 1m, attempts: 2 }');
  expect(evaluate([denied], [denial('a', 0), read('b', 1)], given())).toEqual([]);
  expect(evaluate([denied], [denial('a', 0), denial('b', 1)], given())).toMatchObject([{ measured: { attempts: 2 } }]);
});
