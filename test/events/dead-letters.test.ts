import { rmSync } from 'node:fs';
import {
  DescribeEventBusCommand,
  EventBridgeClient,
  PutPermissionCommand,
  RemovePermissionCommand,
} from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DeadLetter } from '#mesh/event/dead-letter.ts';
import { domainBusName } from '#mesh/topology/names.ts';
import { runWeft } from '../cli/run-weft.ts';
import { judging } from '../judge/judging.ts';
import { type EventsWorld, type Heard, OWNER, openEventsWorld, PRODUCT } from './events-world.ts';

const ROW = { operator: 'A secret operator', origin_state: 'Texas' };
/** Longer than rows wait for a consumer. */
const LATER = 8 * 24 * 3_600_000;

describe('what could not be delivered, on the deployed templates', () => {
  let events: EventsWorld;
  const permits = judging();
  let rows: () => Promise<Heard[]>;
  let news: () => Promise<Heard[]>;

  const weft = async (...words: string[]) => {
    const { exit, out, err } = await runWeft(['events', ...words], { cwd: events.folder, columns: 400 });
    expect({ words, exit, err: exit === 0 ? '' : err }).toEqual({ words, exit: 0, err: '' });
    return out + err;
  };
  const letters = async (as: string) =>
    (JSON.parse(await weft('dead-letters', '--as', as, '--json')) as { letters: DeadLetter[] }).letters;

  /** Runs some work while the bus of a domain takes nothing under a statement of its policy. */
  const without = async (statement: string, work: () => Promise<void>) => {
    const { topology } = events.world.local;
    const { client } = await events.world.as(`arn:aws:iam::${events.accountOf('analytics')}:root`);
    const bridge = new EventBridgeClient(client);
    const EventBusName = domainBusName(topology.mesh, 'analytics');
    const { Policy } = await bridge.send(new DescribeEventBusCommand({ Name: EventBusName }));
    await bridge.send(new RemovePermissionCommand({ EventBusName, StatementId: statement }));
    await permits.unjudged(work);
    const later = (await events.world.as(`arn:aws:iam::${events.accountOf('analytics')}:root`)).client;
    await new EventBridgeClient(later).send(new PutPermissionCommand({ EventBusName, Policy }));
  };

  beforeAll(async () => {
    events = await openEventsWorld();
    permits.watch(events.world.instance.cloud);
    rows = await events.listen('analytics', { source: [{ prefix: 'weft.product.' }] });
    news = await events.listen(
      'analytics',
      { 'detail-type': ['SubscriptionSuspended', 'SubscriptionResumed'] },
      'news',
    );
    await events.subscribe('analytics');
  }, 120_000);

  afterAll(async () => {
    await events?.world.instance.close();
    if (events !== undefined) rmSync(events.folder, { recursive: true, force: true });
  });

  test('rows for a bus that takes nothing wait for the owner, who has them delivered again', async () => {
    await without('products', async () => {
      await events.rowsChanged([{ after: ROW }]);
      await events.world.settle();
      events.world.instance.cloud.clock.advance(LATER);
      await events.world.settle();
    });
    const [letter, ...more] = await letters(`${OWNER}/steward`);
    expect(more).toEqual([]);
    expect(letter).toMatchObject({ queue: 'EventPort/HeldDeadLetters', what: `RowsChanged ${PRODUCT}` });
    expect(letter?.why).toMatch(/it waited for seven days: AccessDenied/);
    const table = await weft('dead-letters', '--as', `${OWNER}/producer`);
    expect(table).toContain(letter?.id);
    expect(table).not.toContain('secret');
    expect(await rows()).toEqual([]);
    expect(await weft('redrive', '--id', letter?.id ?? '', '--as', `${OWNER}/steward`)).toMatch(/redriven/);
    expect(await rows()).toHaveLength(1);
    expect(await weft('dead-letters', '--as', `${OWNER}/steward`)).toMatch(/everything was delivered/);
    // What was delivered again is not there to be delivered once more.
    const again = ['events', 'redrive', '--id', letter?.id ?? '', '--as', `${OWNER}/steward`];
    expect(await runWeft(again, { cwd: events.folder })).toMatchObject({
      exit: 1,
      err: expect.stringContaining('WEFT-EVENT-006'),
    });
    expect(await rows()).toEqual([]);
  }, 60_000);

  test('news for a bus that takes nothing wait for the platform, with the reason', async () => {
    const { subscriptions } = await (await events.world.as('analytics/steward')).api<{
      subscriptions: { id: string }[];
    }>({ method: 'GET', path: '/subscriptions' });
    const path = `/subscriptions/${subscriptions[0]?.id}/suspension`;
    const steward = await events.world.as('analytics/steward');
    await without('mesh', async () => {
      await steward.api({ method: 'POST', path, body: { action: 'suspend' } });
      await events.world.settle();
    });
    const lost = await letters('governance/platform');
    const letter = lost.find(({ what }) => what === `SubscriptionSuspended ${PRODUCT}`);
    expect(letter).toMatchObject({ queue: 'Bus/Undelivered', to: 'bus aviation-analytics' });
    expect(letter?.why).toMatch(/NO_PERMISSIONS/);
    await weft('redrive', '--queue', 'Bus/Undelivered', '--as', 'governance/platform');
    expect((await news()).map((event) => event['detail-type'])).toEqual(['SubscriptionSuspended']);
    expect(await letters('governance/platform')).toEqual([]);
    await steward.api({ method: 'POST', path, body: { action: 'resume' } });
    await news();
  }, 60_000);

  test.each([
    ['a queue that is not there', ['dead-letters', '--queue', 'x'], 'WEFT-EVENT-005'],
    ['a message that is not there', ['redrive', '--id', 'x'], 'WEFT-EVENT-006'],
  ])('%s is named', async (_what, words, code) => {
    const { exit, err } = await runWeft(['events', ...words, '--as', `${OWNER}/steward`], { cwd: events.folder });
    expect([exit, err]).toEqual([1, expect.stringContaining(code)]);
  });

  test('an analyst sees nothing of it, and nobody writes to the queues of the agent', async () => {
    const { exit } = await runWeft(['events', 'dead-letters', '--as', 'analytics/analyst'], { cwd: events.folder });
    expect(exit).not.toBe(0);
  });
});
