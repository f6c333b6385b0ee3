import { rmSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runWeft } from '../cli/run-weft.ts';
import { judging } from '../judge/judging.ts';
import { type EventsWorld, type Heard, OWNER, openEventsWorld } from './events-world.ts';

const ROW = { operator: 'DELTA', origin_state: 'Texas' };

describe('what was delivered and what was not, on the deployed templates', () => {
  let events: EventsWorld;
  const permits = judging();
  let heard: () => Promise<Heard[]>;
  let news: () => Promise<Heard[]>;

  const weft = async (...words: string[]) => {
    const { exit, out, err } = await runWeft(words, { cwd: events.folder, columns: 300 });
    expect({ words, exit, err: exit === 0 ? '' : err }).toEqual({ words, exit: 0, err: '' });
    return out + err;
  };

  beforeAll(async () => {
    events = await openEventsWorld();
    permits.watch(events.world.instance.cloud);
    heard = await events.listen('analytics', { source: [{ prefix: 'weft.product.' }] });
    news = await events.listen('analytics', { source: ['weft.mesh'] }, 'news');
    await events.subscribe('analytics');
  }, 120_000);

  afterAll(async () => {
    await events?.world.instance.close();
    if (events !== undefined) rmSync(events.folder, { recursive: true, force: true });
  });

  test('a replay by the owner tells the same rows with the same ids, to whom may see them now', async () => {
    await events.rowsChanged([{ after: ROW }]);
    const first = await heard();
    const late = await events.subscribe('flight-operations');
    const flights = await events.listen('flight-operations', { source: [{ prefix: 'weft.product.' }] });
    const out = await weft('events', 'replay', '--from', '1h', '--as', `${OWNER}/steward`);
    expect(out).toMatch(/completed aviation-wildlife-safety-/);
    const again = await heard();
    expect(again.map(({ detail }) => detail.id)).toEqual(expect.arrayContaining(first.map(({ detail }) => detail.id)));
    const [came] = await flights();
    expect(came?.detail.data).toMatchObject({ subscription: late, rows: [{ change: 'insert' }] });
  }, 60_000);

  test('a replay by governance tells the news again, and nothing that an agent would obey', async () => {
    await events.world.settle();
    const before = await news();
    expect(before.map((event) => event['detail-type'])).toContain('SubscriptionActivated');
    const out = await weft('events', 'replay', '--from', '1h', '--as', 'governance/platform', '--json');
    expect(JSON.parse(out)).toMatchObject({ state: 'COMPLETED' });
    const again = await news();
    const types = again.map((event) => event['detail-type']);
    expect(types).toContain('SubscriptionActivated');
    expect(types).not.toContain('ShareRequested');
    const told = before.filter(({ detail }) => detail.type !== 'ShareRequested').map(({ detail }) => detail.id);
    expect(again.map(({ detail }) => detail.id)).toEqual(expect.arrayContaining(told));
  }, 60_000);

  test('an analyst replays nothing, and a time that is none is named', async () => {
    const replay = (...words: string[]) => runWeft(['events', 'replay', ...words], { cwd: events.folder });
    expect((await replay('--from', '1h', '--as', 'analytics/analyst')).exit).not.toBe(0);
    for (const [words, code] of [
      [['--from', 'soon'], 'WEFT-CLI-082'],
      [[], 'WEFT-CLI-084'],
      [['--from', '1h', '--to', '2h'], 'WEFT-CLI-085'],
    ] as const) {
      const { exit, err } = await replay(...words, '--as', `${OWNER}/steward`);
      expect([words, exit, err]).toEqual([words, 1, expect.stringContaining(code)]);
    }
  }, 60_000);
});
