import { beforeEach, describe, expect, test } from '@jest/globals';
import type { ProductRecord } from '#mesh/product/product.ts';
import { column, product, table } from '../../mesh/fixtures.ts';
import { Accounts } from './account.ts';

const HOLD = { id: 'h1', by: 'arn', side: 'governance/auditor', at: '2026-06-01T00:00:00Z', reason: 'inquiry' };
const ID = '0d8e7a52-6a31-4a8c-9f0e-3f3ff1f2c101';
const JOIN = 'SELECT * FROM sales__orders__v1.orders JOIN research__trials__v1.trials ON true';

describe('copies of what was removed, in a consumer’s account', () => {
  let accounts: Accounts;
  const status = { conditions: [], retention: { disposedAt: { orders: '2026-06-10T00:00:00.000Z' } } };
  const orders = product([table('orders', [column('id')])], { sla: { retention: '1 y' }, status });
  const trials: ProductRecord = product(
    [
      table('trials', [column('id')], {
        location: 's3://r/trials/',
        source: { database: 'research', table: 'trials' },
      }),
    ],
    {
      domain: 'research',
      name: 'trials',
      status: { conditions: [], retention: { disposedAt: { trials: '2020-01-01T00:00:00.000Z' } } },
    },
  );
  const copy = (key: string, modified: string) =>
    accounts.versions.push({
      bucket: 'results',
      key,
      versionId: key,
      bytes: 5,
      etag: '',
      modified,
      latest: true,
      marker: false,
    });

  const setUp = () => {
    accounts = new Accounts(new Date('2026-06-15T00:00:00Z'), [orders, trials]);
    accounts.results.push({ workgroup: 'w', bucket: 'results', prefix: 'results/' });
    accounts.queries = [{ id: ID, sql: JOIN }];
    copy(`results/${ID}.csv`, '2026-06-01T00:00:00.000Z');
    copy('results/exports/sales__orders__v1/1/part', '2026-06-01T00:00:00.000Z');
    copy('results/exports/sales__orders__v1/2/part', '2026-06-12T00:00:00.000Z');
  };
  beforeEach(setUp);

  test('go with a record of each kind, once, and what is younger stays', async () => {
    const done = await accounts.run('finance');
    expect(done).toMatchObject({ objects: 2, failed: [] });
    expect(accounts.versions.map(({ key }) => key)).toEqual(['results/exports/sales__orders__v1/2/part']);
    const told = accounts.product('sales/orders').status.retention?.disposed ?? [];
    expect(told.map(({ by, what }) => `${by} ${what}`).toSorted()).toEqual(['finance exports', 'finance results']);
    expect(await accounts.run('finance')).toMatchObject({ objects: 0, records: [] });
  });

  test('stay while any product that they may show is held', async () => {
    accounts.replace({ ...trials, holds: [HOLD] });
    expect(await accounts.run('finance')).toMatchObject({ objects: 1, held: ['1 results of sales/orders'] });
    expect(accounts.versions.map(({ key }) => key)).toContain(`results/${ID}.csv`);
    accounts.replace({ ...orders, holds: [HOLD] });
    expect(await accounts.run('finance')).toMatchObject({ objects: 0 });
  });

  test('stay when the hold comes between the plan and the call that deletes', async () => {
    let deletions = 0;
    for (let late = 1; late < 40; late += 1) {
      setUp();
      let held = false;
      const wrong: string[] = [];
      accounts.onStep = (step) => {
        if (step === late) accounts.replace({ ...trials, holds: [HOLD] });
      };
      accounts.onCall = () => {
        held = accounts.product('research/trials').holds !== undefined;
      };
      accounts.onRemove = ({ key }) => {
        if (key.includes(ID)) deletions += 1;
        if (key.includes(ID) && held) wrong.push(key);
      };
      await accounts.run('finance');
      expect([late, wrong]).toEqual([late, []]);
    }
    expect(deletions).toBeGreaterThan(0);
    expect(deletions).toBeLessThan(39);
  });
});
