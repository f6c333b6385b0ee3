import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { lookAtTables } from '#control/pipeline/look.ts';
import { reportTables } from '#control/pipeline/report-run.ts';
import { runStep } from '#control/pipeline/run-step.ts';
import type { StepCause } from '#mesh/pipeline/message.ts';
import { Account, Crash, LANDING, PLACE } from './account.ts';

const ORDERS = 'orders.orders';
const TOTALS = 'orders.totals';
const file = (account: Account, key: string, body = key): StepCause => ({ kind: 'file', ...account.land(key, body) });
const event = (id: string): StepCause => ({ kind: 'event', id });

/** Runs a step until it is through, as a queue does that gives a message again. */
async function persist(account: Account, step: string, cause: StepCause): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await runStep(step, cause, account.deps);
      return;
    } catch (error) {
      const expected = error instanceof Crash || /failed: GENERIC/.test(String(error));
      if (!expected || attempt > 5) throw error;
      account.crashAt = undefined;
    }
  }
}

const idsOf = (account: Account, type: string) =>
  account.events.filter((one) => one.type === type).map(({ detail }) => (detail as { id: string }).id);

describe('a file that lands', () => {
  test('is in the table once, is told once, and makes the table where there was none', async () => {
    const account = new Account();
    const record = await runStep(ORDERS, file(account, 'orders/a.csv'), account.deps);
    expect(record).toMatchObject({ state: 'done', attempt: 1, read: 2, unfit: 0, rows: 1 });
    expect(account.rows('orders')).toEqual(['orders/a.csv']);
    expect(account.tables.get('orders')?.StorageDescriptor?.Location).toBe(PLACE);
    const [told] = account.events;
    expect(told).toMatchObject({
      source: 'weft.domain.sales',
      type: 'DataDelivered',
      detail: { data: { product: 'orders', major: 1, table: 'orders', run: record.run, rows: 1 } },
    });
  });

  test('counts once, however often and in whatever order one is told of it', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const told = fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(told, async (sequence) => {
        const account = new Account();
        const causes = new Map(names.map((name) => [name, file(account, `orders/${name}.csv`)]));
        for (const name of sequence) await runStep(ORDERS, causes.get(name) as StepCause, account.deps);
        const wanted = [...new Set(sequence)].map((name) => `orders/${name}.csv`).toSorted();
        expect(account.rows('orders')).toEqual(wanted);
        expect(idsOf(account, 'DataDelivered')).toHaveLength(wanted.length);
      }),
    );
  });

  test('that is written over before it was read counts with what it has now', async () => {
    const account = new Account();
    const old = file(account, 'orders/a.csv', 'old');
    const now = file(account, 'orders/a.csv', 'now');
    expect(await runStep(ORDERS, old, account.deps)).toMatchObject({ skipped: 'the file was written over' });
    await runStep(ORDERS, now, account.deps);
    expect(account.rows('orders')).toHaveLength(1);
  });

  test('that is written over while it is read counts once, with what it has now, wherever a process ends', async () => {
    const run = async (account: Account, crashAt?: Account['crashAt']) => {
      account.crashAt = crashAt;
      const old = file(account, 'orders/a.csv', 'old');
      let now: StepCause | undefined;
      account.beforeInsert = () => {
        now ??= file(account, 'orders/a.csv', 'now');
      };
      await persist(account, ORDERS, old);
      if (now !== undefined) await persist(account, ORDERS, now);
    };
    for (const crashAt of [undefined, ...crashes(await callsOf(run))]) {
      const account = new Account();
      await run(account, crashAt);
      expect([crashAt, account.rows('orders')]).toEqual([crashAt, ['orders/a.csv']]);
      expect(new Set(idsOf(account, 'DataDelivered')).size).toBe(1);
    }
  });

  test('with rows that do not fit has them put aside, by the same run', async () => {
    const account = new Account();
    account.unfit = 1;
    const { run, unfit } = await runStep(ORDERS, file(account, 'orders/a.csv'), account.deps);
    expect(unfit).toBe(1);
    const aside = [...account.objects.keys()].filter((key) => key.startsWith(`${LANDING}/quarantine/`));
    expect(aside).toEqual([expect.stringContaining(`quarantine/orders.orders/${run}/`)]);
  });

  test('whose statements take longer than a Lambda may is gone on with by whoever is told of it next', async () => {
    const account = new Account();
    account.unfit = 1;
    account.running = 4;
    const cause = file(account, 'orders/a.csv');
    for (let told = 1; told <= 4; told += 1) {
      await expect(runStep(ORDERS, cause, account.deps)).rejects.toMatchObject({ code: 'WEFT-PIPELINE-021' });
    }
    expect(await runStep(ORDERS, cause, account.deps)).toMatchObject({ state: 'done', attempt: 1 });
    // One that counts, one that puts aside, one that adds.
    expect(account.executions.size).toBe(3);
    expect(account.rows('orders')).toEqual(['orders/a.csv']);
  });

  test('whose INSERT fails halfway leaves nothing of it in the table', async () => {
    const account = new Account();
    account.failNext = true;
    const cause = file(account, 'orders/a.csv');
    await expect(runStep(ORDERS, cause, account.deps)).rejects.toMatchObject({ code: 'WEFT-PIPELINE-020' });
    expect(account.rows('orders')).toEqual([]);
    expect(await runStep(ORDERS, cause, account.deps)).toMatchObject({ state: 'done', attempt: 2 });
    expect(account.rows('orders')).toEqual(['orders/a.csv']);
  });
});

/** Every call of a run, before and after it took effect. */
function crashes(calls: number) {
  return Array.from({ length: calls }, (_, index) => index + 1).flatMap((call) =>
    [false, true].map((after) => ({ call, after })),
  );
}

async function callsOf(run: (account: Account) => Promise<unknown>): Promise<number> {
  const account = new Account();
  await run(account);
  return account.calls;
}

describe('a process that ends in the middle of a run', () => {
  for (const [what, prepare] of Object.entries({
    '': () => undefined,
    ', with rows that do not fit': (account: Account) => {
      account.unfit = 1;
    },
    ', with an INSERT that fails first': (account: Account) => {
      account.failNext = true;
    },
    ', with an Athena that forgets tokens': (account: Account) => {
      account.forgetsTokens = true;
    },
  })) {
    test(`leaves a file in the table once, wherever it ends${what}`, async () => {
      const run = async (account: Account, crashAt?: Account['crashAt']) => {
        prepare(account);
        account.crashAt = crashAt;
        const cause = file(account, 'orders/a.csv');
        await persist(account, ORDERS, cause);
        // The message comes again after all was done.
        await persist(account, ORDERS, cause);
      };
      const calls = await callsOf(run);
      for (const crashAt of crashes(calls)) {
        const account = new Account();
        await run(account, crashAt);
        expect([crashAt, account.rows('orders')]).toEqual([crashAt, ['orders/a.csv']]);
        expect(new Set(idsOf(account, 'DataDelivered')).size).toBe(1);
      }
    });
  }

  test('tells of its rows with one time, wherever it ends: with another one consumers would be told of them twice', async () => {
    const run = async (account: Account, crashAt?: Account['crashAt']) => {
      account.crashAt = crashAt;
      await persist(account, ORDERS, file(account, 'orders/a.csv'));
    };
    const calls = await callsOf(run);
    for (const crashAt of crashes(calls)) {
      const account = new Account();
      account.pace = 1000;
      await run(account, crashAt);
      const told = account.events.filter(({ type }) => type === 'DataDelivered').map(({ detail }) => detail);
      expect([crashAt, new Set(told.map((one) => JSON.stringify(one))).size]).toEqual([crashAt, 1]);
    }
  });

  test('leaves a table that is replaced whole, wherever it ends', async () => {
    const run = async (account: Account, crashAt?: Account['crashAt']) => {
      await runStep(TOTALS, event('1'), account.deps);
      account.calls = 0;
      account.crashAt = crashAt;
      await persist(account, TOTALS, event('2'));
    };
    const calls = await callsOf(run);
    for (const crashAt of crashes(calls)) {
      const account = new Account();
      await run(account, crashAt);
      expect([crashAt, account.rows('totals')]).toEqual([crashAt, ['all']]);
      expect(new Set(idsOf(account, 'DataDelivered')).size).toBe(2);
    }
  });
});

describe('a table that is replaced', () => {
  const place = (account: Account) => account.tables.get('totals')?.StorageDescriptor?.Location ?? '';
  const snapshots = (account: Account) => [...account.objects.keys()].filter((key) => key.includes('snapshot='));

  test('moves to its new files, and keeps those before for a month, for whoever still reads them', async () => {
    const account = new Account();
    const places: string[] = [];
    const run = async (id: string, day: number) => {
      await runStep(TOTALS, event(id), { ...account.deps, now: () => new Date(Date.UTC(2026, 2, day)) });
      places.push(place(account));
    };
    for (const [id, day] of [
      ['1', 1],
      ['2', 2],
      ['3', 20],
    ] as const)
      await run(id, day);
    expect(new Set(places).size).toBe(3);
    expect(places.every((one) => /\/totals\/snapshot=2026\d{4}T\d{6}Z-[0-9a-f-]{36}-1\/$/.test(one))).toBe(true);
    expect(snapshots(account)).toHaveLength(3);
    await run('4', 33);
    expect(snapshots(account).map((key) => /snapshot=\d{6}(\d\d)/.exec(key)?.[1])).toEqual(['20', expect.any(String)]);
    // The one before the newest stays, however old it is.
    await run('5', 90);
    expect(snapshots(account)).toHaveLength(2);
    expect(account.rows('totals')).toEqual(['all']);
  });

  test('stays where it is when its contract is deployed again', async () => {
    const account = new Account();
    await runStep(TOTALS, event('1'), account.deps);
    const before = place(account);
    const { deps } = account;
    const [product] = deps.products;
    if (product === undefined) throw new Error('no product');
    const tables = product.tables.map((one) => ({ ...one, description: 'Changed' }));
    await lookAtTables({ ...deps, products: [{ ...product, tables }] });
    expect(account.tables.get('totals')).toMatchObject({ Description: 'Changed' });
    expect(place(account)).toBe(before);
  });

  test('is told to the mesh as it stands when its product is published', async () => {
    const account = new Account();
    await runStep(TOTALS, event('1'), account.deps);
    account.events.length = 0;
    expect(await reportTables('orders', account.deps)).toBe(1);
    expect(account.events).toMatchObject([
      { type: 'CatalogChanged', detail: { data: { table: 'totals', schema: { location: place(account) } } } },
    ]);
    expect(await reportTables('nothing', account.deps)).toBe(0);
  });
});

describe('the age of a table', () => {
  test('counts from the first look until something was delivered, then from that', async () => {
    const account = new Account();
    const at = (day: number) => ({ ...account.deps, now: () => new Date(Date.UTC(2026, 0, day)) });
    const late = async (day: number) =>
      (await lookAtTables(at(day))).map(({ table, late: seconds }) => [table, seconds]);
    expect(await late(1)).toEqual([
      ['orders', 0],
      ['totals', 0],
    ]);
    await runStep(ORDERS, file(account, 'orders/a.csv'), at(3));
    expect(await late(4)).toEqual([
      ['orders', 0],
      ['totals', 2 * 86_400],
    ]);
  });
});

test('a step that is not in the deployed pipeline is refused by its name', async () => {
  const account = new Account();
  await expect(runStep('orders.sums', event('1'), account.deps)).rejects.toMatchObject({ code: 'WEFT-PIPELINE-022' });
});

describe('the lineage of a run', () => {
  test('is told with the same run, once, and what cannot be read holds nothing up', async () => {
    const account = new Account();
    const cause = file(account, 'orders/a.csv');
    const lineage = (statement: object) => ({ ...statement });
    const { run } = await runStep(ORDERS, cause, { ...account.deps, lineage });
    expect(account.events.map(({ type }) => type)).toEqual(['DataDelivered', 'LineageReported']);
    expect(account.events[1]?.detail).toMatchObject({
      data: {
        run,
        event: {
          sql: expect.stringContaining(`IN ('s3://${LANDING}/orders/a.csv')`),
          columns: { 'sales_landing.orders': ['id'], 'sales.orders': ['id'] },
          output: { name: 'sales.orders', columns: ['id'] },
        },
      },
    });
    const broken = () => {
      throw new Error('unreadable');
    };
    const other = await runStep(ORDERS, file(account, 'orders/b.csv'), { ...account.deps, lineage: broken });
    expect(other.state).toBe('done');
  });
});
