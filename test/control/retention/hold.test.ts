import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Caller } from '#control/caller.ts';
import { disposalsOf } from '#control/disposal-duties.ts';
import { takeDisposalReport } from '#control/disposal-report.ts';
import { type HoldWish, holdProduct } from '#control/hold.ts';
import type { ApiDeps } from '#control/request.ts';
import { showRetention } from '#control/show-retention.ts';
import { deriveEvents } from '#mesh/event/derive.ts';
import type { DisposalReported } from '#mesh/event/report.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import { published } from '#mesh/product/published.ts';
import { column, GOVERNANCE, product, role, TOPOLOGY, table } from '../../mesh/fixtures.ts';
import { CURSORS } from '../sealed.ts';
import { Accounts } from './account.ts';

const ORDERS = { domain: 'sales', name: 'orders' };
const STEWARD: Caller = { arn: role('sales', 'steward'), account: '222222222222', domain: 'sales', kind: 'steward' };
const governor = (kind: 'platform' | 'auditor', session = 'a'): Caller => ({
  arn: `arn:aws:sts::${GOVERNANCE}:assumed-role/toy-${kind}/${session}`,
  account: GOVERNANCE,
  kind,
});

describe('a hold on a product', () => {
  let accounts: Accounts;
  let deps: ApiDeps;
  let ids = 0;

  beforeEach(() => {
    const orders = product([table('orders', [column('id')]), table('lines', [column('id')])], {
      sla: { retention: '1 y' },
    });
    accounts = new Accounts(new Date('2026-06-15T00:00:00Z'), [orders, { ...orders, major: 2 }]);
    deps = {
      registry: accounts.registry() as ApiDeps['registry'],
      topology: async () => TOPOLOGY,
      cursors: CURSORS,
      now: () => accounts.now,
      random: () => {
        ids += 1;
        return `h${ids}`;
      },
    } as unknown as ApiDeps;
  });

  const say = (wish: HoldWish, caller: Caller) => holdProduct(ORDERS, wish, { caller, correlation: 'c' }, deps);
  const held = () => accounts.products.map(({ holds = [] }) => holds.length);

  test('covers every version, and its release every version', async () => {
    const { hold } = await say({ action: 'place', reason: 'inquiry' }, STEWARD);
    expect(held()).toEqual([1, 1]);
    await say({ action: 'release', hold: hold.id }, governor('auditor'));
    expect(held()).toEqual([0, 0]);
    expect(accounts.products.every((record) => !('holds' in record))).toBe(true);
  });

  test.each([
    ['without a reason', { action: 'place' }, STEWARD, 'WEFT-RETENTION-001'],
    ['on a table that is not there', { action: 'place', reason: 'x', table: 'nowhere' }, STEWARD, 'WEFT-RETENTION-002'],
    ['that is not there', { action: 'release' }, governor('auditor'), 'WEFT-RETENTION-003'],
    ['by an analyst', { action: 'place', reason: 'x' }, { ...STEWARD, kind: 'analyst' }, 'WEFT-AUTH-002'],
    ['by another domain', { action: 'place', reason: 'x' }, { ...STEWARD, domain: 'finance' }, 'WEFT-AUTH-002'],
    [
      'by the machine that removes',
      { action: 'release' },
      { arn: 'x', account: '222222222222', domain: 'sales', machine: 'disposal' },
      'WEFT-AUTH-002',
    ],
  ] as const)('%s is refused', async (_what, wish, caller, code) => {
    await expect(say(wish, caller as Caller)).rejects.toMatchObject({ code });
  });

  test('is released by somebody else of governance, never by its owner or by who placed it', async () => {
    await say({ action: 'place', reason: 'x' }, STEWARD);
    await expect(say({ action: 'release' }, STEWARD)).rejects.toMatchObject({ code: 'WEFT-AUTH-002' });
    await say({ action: 'place', reason: 'y' }, governor('auditor'));
    await expect(say({ action: 'release' }, governor('auditor'))).rejects.toMatchObject({ code: 'WEFT-RETENTION-004' });
    const own = accounts.products[0]?.holds?.find(({ side }) => side === 'governance/auditor')?.id;
    await expect(say({ action: 'release', hold: own }, governor('auditor'))).rejects.toMatchObject({
      code: 'WEFT-RETENTION-005',
    });
    await say({ action: 'release', hold: own }, governor('auditor', 'another'));
    await say({ action: 'release' }, governor('platform'));
    expect(held()).toEqual([0, 0]);
  });

  test('is told to everybody, and why to those who may hold', async () => {
    const before = accounts.products[0] as ProductRecord;
    await say({ action: 'place', reason: 'inquiry 12' }, governor('auditor'));
    const after = accounts.products[0] as ProductRecord;
    const events = deriveEvents(before, after, []);
    expect(events.map(({ type }) => type)).toEqual(['LegalHoldPlaced']);
    expect(JSON.stringify(events)).not.toMatch('inquiry');
    expect(JSON.stringify(published(after))).not.toMatch('inquiry');
    const seen = async (caller: Caller) => JSON.stringify(await showRetention(ORDERS, caller, deps));
    expect(await seen(STEWARD)).toMatch('inquiry 12');
    expect(await seen({ ...STEWARD, domain: 'finance' })).toMatch('"held":1');
    expect(await seen({ ...STEWARD, domain: 'finance' })).not.toMatch('inquiry');
  });

  test('is in the first answer to a machine of a release before there were pages, or there is none', async () => {
    const machine = { arn: 'x', account: '222222222222', domain: 'sales', machine: 'disposal' } as const;
    const [orders] = accounts.products as [ProductRecord];
    const hold = { id: 'h', by: STEWARD.arn, side: 'sales', at: '2026-06-01T00:00:00Z', reason: 'x' };
    const beside = (count: number, sources = 1) =>
      Array.from({ length: count }, (_, index) => ({
        ...orders,
        name: `p${index}`,
        tables: Array.from({ length: sources }, (_each, at) => ({
          ...orders.tables[0],
          name: `t${at}`,
          location: `s3://b/${index}/${at}/`,
        })),
      })) as ProductRecord[];
    accounts.products = [...beside(300), { ...orders, name: 'zeta', holds: [hold] }];
    const { tables, copies, next } = await disposalsOf('sales', {}, machine, deps);
    expect([tables.length, copies.length, next]).toEqual([302, 1, undefined]);
    expect(copies).toMatchObject([{ product: 'zeta', holds: ['h'] }]);
    accounts.products = beside(300, 28);
    await expect(disposalsOf('sales', {}, machine, deps)).rejects.toMatchObject({ code: 'WEFT-RETENTION-011' });
    expect((await disposalsOf('sales', { limit: '1000' }, machine, deps)).next).toBeDefined();
  });

  test('what a domain has to remove is told to its own machine alone', async () => {
    const machine = { arn: 'x', account: '222222222222', domain: 'sales', machine: 'disposal' } as const;
    expect((await disposalsOf('sales', {}, machine, deps)).tables).toHaveLength(2);
    for (const caller of [
      STEWARD,
      governor('platform'),
      { ...machine, domain: 'finance' },
      { ...machine, machine: 'event-port' as const },
    ])
      await expect(disposalsOf('sales', {}, caller, deps)).rejects.toMatchObject({ code: 'WEFT-AUTH-002' });
  });

  const report = (said: Partial<DisposalReported>): DisposalReported => ({
    type: 'DataRemoved',
    id: 'e1',
    time: '2026-06-15T00:00:00.000Z',
    from: 'sales',
    domain: 'sales',
    product: 'orders',
    major: 1,
    ...said,
  });
  const removal = {
    id: 'r1',
    at: '2099-01-01T00:00:00.000Z',
    what: 'table',
    table: 'orders',
    upTo: '2025-06-01T00:00:00.000Z',
    partitions: 0,
    objects: 1,
    bytes: 1,
    digest: 'd',
    key: 'k',
    location: 's3://b/r1',
  } as const;
  const news = { table: 'orders', period: '1 y', upTo: '2025-06-20T00:00:00.000Z', slices: 1, objects: 1, bytes: 1 };
  const take = (said: Partial<DisposalReported>, account = '222222222222') =>
    takeDisposalReport(report(said), account, {
      registry: accounts.registry(),
      topology: async () => TOPOLOGY,
      now: () => accounts.now,
    });

  test.each([
    ['of another account', { disposal: removal }, '333333333333'],
    ['of another domain’s tables', { from: 'finance', disposal: removal }, '333333333333'],
    ['of what is not near its end', { announcement: { ...news, upTo: '2026-01-01T00:00:00.000Z' } }, '222222222222'],
    ['under what is no period', { announcement: { ...news, period: 'soon' } }, '222222222222'],
  ])('a report %s is refused', async (_what, said, account) => {
    const before = accounts.products;
    expect(await take(said, account)).toMatchObject({ refused: expect.stringMatching(/./) });
    expect(accounts.products).toEqual(before);
  });

  test('a domain speaks of copies of another’s product in its own account', async () => {
    const { table: _, ...copies } = { ...removal, what: 'exports' as const };
    expect(await take({ from: 'finance', disposal: copies }, '333333333333')).toBe('applied');
    expect(await take({ from: 'finance', disposal: copies }, '333333333333')).toBe('unchanged');
  });

  test('when it goes is the mesh’s word, and no removal lies in the future', async () => {
    expect(await take({ type: 'DisposalForeseen', announcement: news })).toBe('applied');
    expect(await take({ disposal: removal })).toBe('applied');
    const { announced, disposedAt } = accounts.products[0]?.status.retention ?? {};
    expect(announced?.map(({ goesAt }) => goesAt)).toEqual(['2026-06-22T00:00:00.000Z']);
    expect(disposedAt).toEqual({ orders: '2026-06-15T00:00:00.000Z' });
  });
});
