import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { amountText, inCents, parseAmount } from '#mesh/costs/amount.ts';
import { apportion } from '#mesh/costs/apportion.ts';
import { driverOf } from '#mesh/costs/driver.ts';
import { type BillLine, type Measured, splitBill } from '#mesh/costs/split.ts';
import { GOVERNANCE, TOPOLOGY } from '../fixtures.ts';

const sum = (amounts: readonly bigint[]) => amounts.reduce((total, amount) => total + amount, 0n);
const NOTHING: Measured = { acts: new Map(), reads: new Map(), products: new Map() };
const wholes = fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n });
const weights = fc.array(fc.nat({ max: 1_000_000 }), { minLength: 1, maxLength: 30 });

describe('parts of an amount', () => {
  test('add up to it, and none is further from its share than one unit', () => {
    fc.assert(
      fc.property(wholes, weights, (whole, given) => {
        const parts = apportion(whole, given);
        expect(sum(parts)).toBe(whole);
        const total = given.reduce((all, weight) => all + weight, 0);
        if (total === 0) return;
        for (const [index, part] of parts.entries()) {
          const exact = whole * BigInt(given[index] ?? 0);
          const off = part * BigInt(total) - exact;
          expect(off < BigInt(total) && off > -BigInt(total)).toBe(true);
        }
      }),
    );
  });

  test.each([
    [10n, [1, 1, 1], [4n, 3n, 3n]],
    [-10n, [1, 1, 1], [-4n, -3n, -3n]],
    [7n, [0, 0], [4n, 3n]],
    [100n, [3, 1], [75n, 25n]],
    [5n, [0, 9], [0n, 5n]],
  ])('%d by %j is %j', (whole, given, parts) => {
    expect(apportion(whole, given)).toEqual(parts);
  });
});

describe('amounts', () => {
  test.each([
    ['0', 0n],
    ['12.5', 125_000_000_000n],
    ['-0.0000000001', -1n],
    ['3.14159265350000', 31_415_926_535n],
  ])('%s is %d units', (text, units) => {
    expect(parseAmount(text)).toBe(units);
  });

  test.each([
    '',
    'abc',
    '1,5',
    '1e5',
    '0.00000000001',
    '--1',
    '1.',
    '1000000000000000000',
    'NaN',
  ])('%j is none', (text) => {
    expect(parseAmount(text)).toBeUndefined();
  });

  test('are read back as they are written', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }),
        (units) => parseAmount(amountText(units)) === units,
      ),
    );
  });

  test('in cents add up to their rounded sum, and each is within a cent', () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt({ min: -(10n ** 14n), max: 10n ** 14n }), { minLength: 1, maxLength: 20 }),
        (amounts) => {
          const cents = inCents(amounts);
          const off = sum(cents) * 10n ** 8n - sum(amounts);
          expect(off <= 50_000_000n && off >= -50_000_000n).toBe(true);
          for (const [index, cent] of cents.entries()) {
            const gap = cent * 10n ** 8n - (amounts[index] ?? 0n);
            expect(gap <= 10n ** 8n && gap >= -(10n ** 8n)).toBe(true);
          }
        },
      ),
    );
  });
});

describe('a bill', () => {
  const [sales, finance, research] = TOPOLOGY.domains.map(({ account }) => account) as [string, string, string];
  const measured: Measured = {
    ...NOTHING,
    acts: new Map([
      ['sales', 3],
      ['finance', 1],
    ]),
    products: new Map([['sales', 2]]),
  };

  test('gives each domain its own account, and its share of governance by what it did', () => {
    const lines: BillLine[] = [
      { account: sales, service: 'Amazon S3', amount: 500n },
      { account: GOVERNANCE, service: 'AWS Lambda', amount: 400n },
      { account: GOVERNANCE, service: 'AWS Glue', amount: 10n },
      { account: GOVERNANCE, service: 'AmazonCloudWatch', amount: 9n },
      { account: '999999999999', service: 'Amazon EC2', amount: 7n },
    ];
    const of = (domain: string | undefined) =>
      sum(
        splitBill(lines, measured, TOPOLOGY)
          .filter((part) => part.domain === domain)
          .map(({ amount }) => amount),
      );
    expect([of('sales'), of('finance'), of('research'), of(undefined)]).toEqual([813n, 103n, 3n, 7n]);
  });

  test('goes evenly where nothing was measured, and says so', () => {
    const parts = splitBill([{ account: GOVERNANCE, service: 'AWS Lambda', amount: 9n }], NOTHING, TOPOLOGY);
    expect(parts.map(({ by, amount }) => [by, amount])).toEqual([
      ['even', 3n],
      ['even', 3n],
      ['even', 3n],
    ]);
  });

  test('is the sum of its parts, whatever is in it', () => {
    const account = fc.constantFrom(sales, finance, research, GOVERNANCE, '999999999999');
    const service = fc.constantFrom('AWS Lambda', 'AmazonS3', 'AWSGlue', 'AmazonCloudWatch', 'Something else');
    const line = fc.record({ account, service, amount: wholes });
    const counts = fc
      .dictionary(fc.constantFrom('sales', 'finance', 'research'), fc.nat({ max: 1e9 }))
      .map((found) => new Map(Object.entries(found)));
    fc.assert(
      fc.property(fc.array(line), fc.record({ acts: counts, reads: counts, products: counts }), (lines, found) => {
        const parts = splitBill(lines, found, TOPOLOGY);
        expect(sum(parts.map(({ amount }) => amount))).toBe(sum(lines.map(({ amount }) => amount)));
      }),
    );
  });

  test.each([
    ['Amazon DynamoDB', 'acts'],
    ['AWSQueueService', 'acts'],
    ['AWS Key Management Service', 'acts'],
    ['AmazonS3', 'reads'],
    ['Amazon Simple Storage Service', 'reads'],
    ['AWS Glue', 'products'],
    ['Amazon Athena', 'even'],
    ['Tax', 'even'],
  ])('shares %s by %s', (service, driver) => {
    expect(driverOf(service)).toBe(driver);
  });
});
