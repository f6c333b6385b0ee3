import { describe, expect, test } from '@jest/globals';
import { standingOf } from '#mesh/breaker.ts';
import { keptBreakers } from './kept-breakers.ts';

/** Breakers at a time that moves when the test says so. */
function at(start = 1_000_000) {
  const clock = { now: start };
  return { clock, ...keptBreakers(() => new Date(clock.now)) };
}

async function opened() {
  const world = at();
  for (let count = 0; count < 3; count += 1) await world.breakers.failed('crm', { by: 'a' }, 'connection refused');
  return world;
}

describe('the breakers of a domain', () => {
  test('of many who ask at once when its rest is over, one is the probe', async () => {
    const { breakers, clock } = await opened();
    const { way, ...rest } = await breakers.admit('crm', 'a');
    expect([way, rest]).toMatchObject(['wait', { until: clock.now + 60_000, why: 'connection refused' }]);
    clock.now += 60_000;
    const ways = await Promise.all(['a', 'b', 'c', 'd'].map((by) => breakers.admit('crm', by)));
    expect(ways.map((admission) => admission.way).toSorted()).toEqual(['probe', 'wait', 'wait', 'wait']);
  });

  test('failures that are told at once are all counted', async () => {
    const { breakers, store, clock } = at();
    const told = ['a', 'b', 'c'].map((by) => breakers.failed('crm', { by }, 'down'));
    await Promise.all(told);
    expect(standingOf(store.items.get('crm')?.state, clock.now)).toBe('open');
  });

  test('one says nothing of another', async () => {
    const { breakers } = await opened();
    expect((await breakers.admit('erp', 'a')).way).toBe('go');
  });

  test('a success leaves nothing behind', async () => {
    const { breakers, clock, store } = await opened();
    clock.now += 60_000;
    const admission = await breakers.admit('crm', 'a');
    if (admission.way !== 'probe') throw new Error(admission.way);
    expect(await breakers.succeeded('crm', admission.ticket)).toBeUndefined();
    expect([...store.items]).toEqual([]);
  });

  test('without its store calls go through, and each trouble is told', async () => {
    const { breakers, store, lost } = await opened();
    store.broken = true;
    expect(await breakers.admit('crm', 'a')).toEqual({ way: 'go', ticket: { by: 'a' } });
    expect(await breakers.failed('crm', { by: 'a' }, 'down')).toBeUndefined();
    expect(await breakers.succeeded('crm', { by: 'a' })).toBeUndefined();
    expect((await breakers.all()).size).toBe(0);
    expect(lost).toHaveLength(4);
  });
});
