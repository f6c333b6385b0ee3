import { createHash, createPublicKey, verify } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalText } from '#mesh/canonical.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import { parsePeriod, periodBefore } from '#mesh/retention/period.ts';
import type { StoredVersion } from '#mesh/retention/plan.ts';
import { disposalStatement, identityOf } from '#mesh/retention/record.ts';
import { column, product, table } from '../../mesh/fixtures.ts';
import { Accounts } from './account.ts';

const DAY = 86_400_000;
const START = Date.parse('2026-06-15T08:00:00Z');
const BUCKET = 'toy-sales-222222222222-eu-central-1';
const dayOf = (time: number) => new Date(time).toISOString().slice(0, 10);

/** How a table ages in a world. */
type Aging = 'partition' | 'object';

interface World {
  readonly aging: Aging;
  readonly keep: number;
  readonly stock: readonly {
    readonly age: number;
    readonly key: string;
    readonly kinds: readonly ('data' | 'marker')[];
    readonly inGlue: boolean;
  }[];
  readonly steps: readonly { readonly days: number; readonly kill: number; readonly hold: boolean }[];
}

const world = fc.record<World>({
  aging: fc.constantFrom<Aging>('partition', 'object'),
  keep: fc.integer({ min: 5, max: 40 }),
  stock: fc.array(
    fc.record({
      age: fc.integer({ min: 0, max: 60 }),
      key: fc.constantFrom('a', 'b', 'c'),
      kinds: fc.array(fc.constantFrom<'data' | 'marker'>('data', 'data', 'marker'), { minLength: 1, maxLength: 3 }),
      inGlue: fc.boolean(),
    }),
    { maxLength: 8 },
  ),
  steps: fc.array(
    fc.record({ days: fc.integer({ min: 0, max: 12 }), kill: fc.integer({ min: 0, max: 60 }), hold: fc.boolean() }),
    { minLength: 1, maxLength: 8 },
  ),
});

/** The data of a world: whole, with the time at which each part of it ends. */
function stocked({ aging, keep, stock }: World): { accounts: Accounts; endOf: (version: StoredVersion) => number } {
  const keys = aging === 'partition' ? [column('day', 'date', 'public')] : [];
  const orders = product([table('orders', [column('id', 'string', 'public')], { partitionKeys: keys })], {
    sla: { retention: `${keep} d` },
  });
  const accounts = new Accounts(new Date(START), [orders]);
  const seen = new Set<string>();
  stock.forEach(({ age, key, kinds, inGlue }, index) => {
    const day = dayOf(START - age * DAY);
    const folder = aging === 'partition' ? `orders/day=${day}/` : `orders/`;
    const name = aging === 'partition' ? `${folder}${key}` : `${folder}${key}${index}`;
    if (seen.has(name)) return;
    seen.add(name);
    kinds.forEach((kind, place) => {
      accounts.versions.push({
        bucket: BUCKET,
        key: name,
        versionId: `v${index}.${place}`,
        bytes: kind === 'data' ? 10 + place : 0,
        etag: '',
        modified: new Date(START - (age + 2 - place) * DAY).toISOString(),
        latest: place === kinds.length - 1,
        marker: kind === 'marker',
      });
    });
    const values = [day];
    if (aging === 'partition' && inGlue && !accounts.partitions.some((one) => one.values[0] === day)) {
      accounts.partitions.push({ values, location: `s3://${BUCKET}/${folder}` });
    }
  });
  const endOf = ({ key, modified }: StoredVersion) =>
    Date.parse(`${aging === 'partition' ? /day=([\d-]+)/.exec(key)?.[1] : modified.slice(0, 10)}T00:00:00Z`) + DAY;
  return { accounts, endOf };
}

/** A mark of deletion is of no age of its own. */
const data = (versions: readonly StoredVersion[]) => versions.filter(({ marker }) => !marker);

function withHoldOf(record: ProductRecord, held: boolean): ProductRecord {
  const { holds: _, ...rest } = record;
  const hold = { id: 'h1', by: 'arn', side: 'governance/auditor', at: '2026-06-15T08:00:00Z', reason: 'inquiry' };
  return held ? { ...rest, holds: [hold] } : rest;
}

/** Runs a world's disposal step by step; answers what it did and must not have done. */
async function live({ steps, keep }: World, { accounts, endOf }: ReturnType<typeof stocked>): Promise<string[]> {
  const period = parsePeriod(`${keep} d`);
  if (period === undefined) throw new Error('no period');
  const wrongs: string[] = [];
  const current = () => accounts.product('sales/orders');
  accounts.onCall = () => {
    if (current().holds !== undefined) wrongs.push('removed what is held');
  };
  accounts.onRemove = (version) => {
    if (version.marker) return;
    const name = `${version.key} ${version.versionId}`;
    if (endOf(version) > periodBefore(accounts.now, period).getTime()) wrongs.push(`${name} is not past`);
    const told = (current().status.retention?.announced ?? []).filter((one) => Date.parse(one.upTo) >= endOf(version));
    const early = !told.some(({ at }) => accounts.now.getTime() - Date.parse(at) >= 7 * DAY);
    if (early) wrongs.push(`${name} was not announced`);
  };
  for (const step of steps) {
    accounts.now = new Date(accounts.now.getTime() + step.days * DAY);
    accounts.replace(withHoldOf(current(), false));
    accounts.onStep = (number) => {
      if (step.hold && number >= step.kill / 2) accounts.replace(withHoldOf(current(), true));
    };
    await accounts.run('sales', step.kill);
  }
  accounts.onStep = () => undefined;
  accounts.replace(withHoldOf(current(), false));
  return wrongs;
}

describe('the disposal of a domain, whatever happens to it', () => {
  test('removes nothing that is not past, announced a week ago, and free of holds; and in the end all that is', async () => {
    await fc.assert(
      fc.asyncProperty(world, async (given) => {
        const stock = stocked(given);
        const { accounts, endOf } = stock;
        const before = [...accounts.versions];
        expect(await live(given, stock)).toEqual([]);
        for (let day = 0; day < 9; day += 1) {
          accounts.now = new Date(accounts.now.getTime() + DAY);
          await accounts.run('sales');
        }
        const cutoff = accounts.now.getTime() - DAY - given.keep * DAY;
        const past = data(before).filter((version) => endOf(version) <= cutoff);
        const left = new Set(accounts.versions.map(identityOf));
        expect(past.filter((version) => left.has(identityOf(version)))).toEqual([]);
        const young = data(before).filter((version) => endOf(version) > accounts.now.getTime() - given.keep * DAY);
        expect(young.every((version) => left.has(identityOf(version)))).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  test('writes down each removal once, killed between any two steps or held in between', async () => {
    await fc.assert(
      fc.asyncProperty(world, async (given) => {
        const stock = stocked(given);
        const { accounts } = stock;
        await live(given, stock);
        await accounts.run('sales');
        const recorded = accounts.records().flatMap(({ record }) => record.objects.map(identityOf));
        expect(recorded.toSorted()).toEqual(accounts.removed.map(identityOf).toSorted());
        const partitions = accounts.records().flatMap(({ record }) => record.partitions.map(({ values }) => values[0]));
        expect(partitions.toSorted()).toEqual(accounts.gone.map(({ values }) => values[0]).toSorted());
        const told = accounts.product('sales/orders').status.retention?.disposed ?? [];
        const full = accounts.records().filter(({ record }) => record.totals.objects + record.totals.partitions > 0);
        expect(told.map(({ digest }) => digest).toSorted()).toEqual(full.map(({ digest }) => digest).toSorted());
      }),
      { numRuns: 150 },
    );
  });

  test('brings nothing back: a key shows what it showed, or nothing, at every moment', async () => {
    await fc.assert(
      fc.asyncProperty(world, async (given) => {
        const stock = stocked({ ...given, steps: [] });
        const { accounts } = stock;
        const shown = () => {
          const newest = new Map<string, StoredVersion>();
          for (const version of accounts.versions) {
            const known = newest.get(version.key);
            if (known === undefined || known.modified < version.modified) newest.set(version.key, version);
          }
          return newest;
        };
        const first = shown();
        const back: string[] = [];
        accounts.onStep = () => {
          for (const [key, version] of shown()) {
            if (!version.marker && first.get(key)?.versionId !== version.versionId) back.push(key);
          }
        };
        for (const { days, kill } of given.steps) {
          accounts.now = new Date(accounts.now.getTime() + days * DAY);
          await accounts.run('sales', kill);
        }
        expect(back).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  test('a record is signed by the key of its domain, and any other digit in it shows', async () => {
    const stock = stocked({
      aging: 'object',
      keep: 10,
      stock: [{ age: 30, key: 'a', kinds: ['data'], inGlue: false }],
      steps: [],
    });
    const { accounts } = stock;
    await accounts.run('sales');
    accounts.now = new Date(START + 8 * DAY);
    await accounts.run('sales');
    const [signed] = accounts.records();
    if (signed === undefined) throw new Error('no record');
    const key = createPublicKey({ key: Buffer.from(accounts.publicKey, 'base64'), format: 'der', type: 'spki' });
    const text = canonicalText(signed.record);
    const isSigned = (body: string) => {
      const digest = createHash('sha256').update(body).digest('hex');
      return verify(
        'sha256',
        Buffer.from(disposalStatement(digest)),
        key,
        Buffer.from(signed.signature.value, 'base64'),
      );
    };
    expect(isSigned(text)).toBe(true);
    for (let place = 0; place < text.length; place += 1) {
      const other = text[place] === 'x' ? 'y' : 'x';
      expect(isSigned(`${text.slice(0, place)}${other}${text.slice(place + 1)}`)).toBe(false);
    }
  });
});
