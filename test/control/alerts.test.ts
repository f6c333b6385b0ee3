import { beforeEach, describe, expect, test } from '@jest/globals';
import { acknowledgeAlert, listAlerts } from '#control/alerts.ts';
import { publish } from '#control/publish.ts';
import { type AlertWish, raiseAlert } from '#control/raise-alert.ts';
import { requestSubscription } from '#control/request-subscription.ts';
import { suspendSubscription } from '#control/suspend.ts';
import { orders } from '../lambdas/orders.ts';
import { accountOf, callerAs, createWorld, DATABASE, type World } from './world.ts';

const by = (name: string) => ({ caller: callerAs(name), correlation: 'c-1' });
const MACHINE = by('governance/audit-rules');
const ANALYST = `arn:aws:iam::${accountOf('finance')}:role/toy-finance-analyst`;

describe('an alert', () => {
  let world: World;
  let id: string;
  let wish: AlertWish;

  beforeEach(async () => {
    world = await createWorld();
    await publish(orders(), by('sales/producer'), world.governance);
    const asked = { domain: 'sales', name: 'orders', purpose: 'to know', clearance: 'public' };
    ({
      subscription: { id },
    } = await requestSubscription(asked, by('finance/analyst'), world.governance));
    await world.settle();
    const at = world.clock.date().toISOString();
    wish = {
      id: 'bulk.0123456789abcdef',
      rule: 'bulk',
      severity: 'critical',
      response: 'suspend',
      message: 'read in bulk',
      subject: ANALYST,
      principal: ANALYST,
      products: ['sales/orders'],
      subscriptions: [],
      from: at,
      at,
      until: at,
      measured: { queries: 5 },
      evidence: ['q1'],
    };
  });

  const raise = (more: Partial<AlertWish> = {}, as = MACHINE) => raiseAlert({ ...wish, ...more }, as, world.governance);
  const suspensions = async () =>
    (await world.version()).subscriptions.map((one) => [one.id, one.suspensions?.map(({ side }) => side) ?? []]);
  const refused = (work: Promise<unknown>) => expect(work).rejects;

  test('suspends by what the role has the product, once, and nothing is left in the account', async () => {
    expect(await raise()).toMatchObject({
      changed: true,
      alert: { suspended: [id], consumer: 'finance', state: 'open' },
    });
    await world.settle();
    expect(await world.grantsIn(accountOf('finance'), DATABASE, accountOf('finance'))).toEqual([]);
    const revision = (await world.version()).product.revision;
    expect(await raise()).toMatchObject({ changed: false });
    expect((await world.version()).product.revision).toBe(revision);
    expect(await suspensions()).toEqual([[id, ['weft:audit']]]);
  });

  test('suspends the subscription that the trail names, and none that is not there any more', async () => {
    const gone = id.replace(/\w+$/, 'gone');
    expect(await raise({ subscriptions: [id, gone], principal: 'arn:aws:iam::000000000000:role/x' })).toMatchObject({
      alert: { suspended: [id] },
    });
  });

  test('leaves alone what gives other roles something, and what only alerts', async () => {
    expect(await raise({ principal: `${ANALYST}-2` })).toMatchObject({ alert: { suspended: [] } });
    expect(await raise({ id: 'bulk.0123456789abcde0', response: 'alert' })).toMatchObject({ alert: { suspended: [] } });
    expect(await suspensions()).toEqual([[id, []]]);
  });

  test('suspends more than one transaction holds, and raises last', async () => {
    const [one] = (await world.version()).subscriptions;
    if (one === undefined) throw new Error('no subscription');
    const copies = Array.from({ length: 90 }, (_, index) => ({ ...one, id: `${id}x${index}` }));
    for (const record of copies) await world.registry.write([{ record, replaces: undefined }]);
    const { alert } = await raise();
    expect(alert.suspended).toHaveLength(91);
    expect((await suspensions()).every(([, sides]) => sides?.[0] === 'weft:audit')).toBe(true);
  });

  test('is raised by the one Lambda, and by nobody else', async () => {
    for (const name of ['governance/platform', 'governance/auditor', 'sales/steward', 'finance/steward']) {
      await refused(raise({}, by(name))).toMatchObject({ code: 'WEFT-AUTH-002' });
    }
    const suspend = suspendSubscription(id, { action: 'suspend' }, MACHINE, world.governance);
    await refused(suspend).toMatchObject({ code: 'WEFT-AUTH-002' });
  });

  test.each([
    { id: 'other.0123456789abcdef' },
    { id: 'bulk.xyz' },
    { from: 'yesterday' },
    { until: '2020-01-01T00:00:00Z' },
  ])('that makes no sense is refused: %j', async (more) => {
    await refused(raise(more)).toMatchObject({ code: 'WEFT-AUDIT-090' });
  });

  test('is lifted by those who run the mesh, after what they stopped themselves, and by neither side', async () => {
    await suspendSubscription(id, { action: 'suspend' }, by('governance/platform'), world.governance);
    await raise();
    expect(await suspensions()).toEqual([[id, ['weft:governance', 'weft:audit']]]);
    const resume = (as: string) => suspendSubscription(id, { action: 'resume' }, by(as), world.governance);
    await refused(resume('sales/steward')).toMatchObject({ code: 'WEFT-REQUEST-008' });
    await refused(resume('finance/steward')).toMatchObject({ code: 'WEFT-REQUEST-008' });
    await refused(resume('governance/auditor')).toMatchObject({ code: 'WEFT-AUTH-002' });
    await resume('governance/platform');
    expect(await suspensions()).toEqual([[id, ['weft:audit']]]);
    await resume('governance/platform');
    expect(await suspensions()).toEqual([[id, []]]);
  });

  test('is taken note of once, with a reason, and stays suspended', async () => {
    await raise();
    const note = (as: string) => acknowledgeAlert(wish.id, 'the quarterly load', by(as), world.governance);
    await refused(note('sales/steward')).toMatchObject({ code: 'WEFT-AUTH-002' });
    expect(await note('governance/auditor')).toMatchObject({ changed: true, alert: { state: 'acknowledged' } });
    expect(await note('governance/platform')).toMatchObject({ changed: false });
    expect(await suspensions()).toEqual([[id, ['weft:audit']]]);
    const unknown = acknowledgeAlert('bulk.ffffffffffffffff', 'x', by('governance/auditor'), world.governance);
    await refused(unknown).toMatchObject({ code: 'WEFT-AUDIT-091' });
  });

  test('is seen by those whom it is about', async () => {
    await raise();
    const seen = async (as: string, filter = {}) =>
      (await listAlerts(filter, callerAs(as), world.governance)).entries.length;
    expect(
      await Promise.all(['governance/auditor', 'governance/platform', 'governance/audit-rules'].map((as) => seen(as))),
    ).toEqual([1, 1, 1]);
    expect(
      await Promise.all(
        ['sales/steward', 'finance/steward', 'research/steward', 'finance/analyst'].map((as) => seen(as)),
      ),
    ).toEqual([1, 1, 0, 0]);
    const later = new Date(world.clock.now() + 60_000).toISOString();
    const earlier = new Date(world.clock.now() - 40 * 86_400_000).toISOString();
    expect([
      await seen('governance/auditor', { since: earlier }),
      await seen('governance/auditor', { since: later }),
    ]).toEqual([1, 0]);
    expect(await seen('governance/auditor', { state: 'acknowledged' })).toBe(0);
    await refused(seen('governance/auditor', { state: 'closed' })).toMatchObject({ code: 'WEFT-AUDIT-092' });
    await refused(seen('governance/auditor', { since: 'today' })).toMatchObject({ code: 'WEFT-AUDIT-093' });
  });
});
