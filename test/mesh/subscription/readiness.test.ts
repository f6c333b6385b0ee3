import { describe, expect, test } from '@jest/globals';
import { compileAccess } from '#mesh/access/compile.ts';
import { subscriptionStatus } from '#mesh/subscription/readiness.ts';
import type { ShareRecord, ShareReport, SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { AT, column, product, role, share, subscription, TOPOLOGY, table } from '../fixtures.ts';

const NOW = '2026-03-01T00:00:00Z';
const LATER = '2026-03-02T00:00:00Z';
const WHOLE = { clearance: 'secret' };
const REMAINS = { at: NOW, grants: [], others: [] };
const PRODUCT = product([table('t', [column('a', 'int', 'public')])], { generation: 2 });

function shareOf(entries: readonly SubscriptionRecord[], former: readonly ShareRecord[] = []): ShareRecord {
  const [intent] = compileAccess(PRODUCT, entries, former, TOPOLOGY, AT).shares;
  if (intent === undefined) throw new Error('nothing is shared');
  return share(intent, { generation: 2 });
}

function reported(record: ShareRecord, report: Partial<ShareReport> = {}): ShareRecord {
  const { grants, link } = record.intent;
  const applied = { generation: 2, ok: true, at: AT, linkExists: link !== undefined, readBack: grants, ...report };
  return { ...record, applied };
}

describe('an approved subscription', () => {
  const approved = subscription('finance', WHOLE, { state: 'approved' });
  const wanted = shareOf([approved]);

  test('is active once both accounts were read back', () => {
    const { state, status } = subscriptionStatus(approved, PRODUCT, reported(wanted), true, NOW);
    expect(state).toBe('active');
    expect(status.activatedAt).toBe(NOW);
    expect(status.conditions.map(({ type, status: value }) => [type, value])).toEqual([
      ['Shared', 'true'],
      ['Linked', 'true'],
    ]);
  });

  test.each<[string, ShareRecord | undefined, boolean]>([
    ['there is no share', undefined, true],
    ['the agent has not reported', wanted, true],
    ['the governance grants are not read back', reported(wanted), false],
    ['the report is of an older generation', reported(wanted, { generation: 1 }), true],
    ['the agent failed', reported(wanted, { ok: false, error: 'no' }), true],
    ['the link is not there', reported(wanted, { linkExists: false }), true],
    ['a grant is not among what was read back', reported(wanted, { readBack: wanted.intent.grants.slice(1) }), true],
    [
      'the intent is of other roles',
      reported(shareOf([{ ...approved, principals: [role('finance', 'other')] }])),
      true,
    ],
  ])('is not active while %s', (_, record, governanceGrantsOk) => {
    const result = subscriptionStatus(approved, PRODUCT, record, governanceGrantsOk, NOW);
    expect(result.state).toBe('approved');
    expect(result.status.activatedAt).toBeUndefined();
  });

  test('is active although a role of another subscription cannot be granted', () => {
    const other = subscription('finance', WHOLE, {
      id: 'sales.orders.v1.finance.b2',
      principals: [role('finance', 'gone')],
    });
    const both = shareOf([approved, other]);
    const readBack = both.intent.grants.filter(({ principal }) => principal !== role('finance', 'gone'));
    const failed = reported(both, { ok: false, error: 'no such role', looked: true, readBack });
    expect(subscriptionStatus(approved, PRODUCT, failed, true, NOW).state).toBe('active');
    const stuck = subscriptionStatus({ ...other, state: 'approved' }, PRODUCT, failed, true, NOW);
    expect(stuck.state).toBe('approved');
    expect(stuck.status.conditions[1]).toMatchObject({ reason: 'AgentFailed', message: 'no such role' });
  });

  test('is not active after its end', () => {
    const over = { ...approved, expiresAt: AT };
    expect(subscriptionStatus(over, PRODUCT, reported(wanted), true, NOW).state).toBe('approved');
  });

  test('says what the agent said', () => {
    const failed = reported(wanted, { ok: false, error: 'access denied' });
    const { status } = subscriptionStatus(approved, PRODUCT, failed, true, NOW);
    expect(status.conditions.find((entry) => entry.type === 'Linked')).toMatchObject({
      status: 'false',
      reason: 'AgentFailed',
      message: 'access denied',
    });
  });

  test('stays active when drift is found, and says so', () => {
    const active = { ...approved, state: 'active' as const };
    const { state, status } = subscriptionStatus(active, PRODUCT, reported(wanted), false, NOW);
    expect(state).toBe('active');
    expect(status.conditions.find((entry) => entry.type === 'Shared')?.status).toBe('false');
  });
});

describe('a subscription that has to go', () => {
  const leaving = subscription('finance', WHOLE, { state: 'revoking' });
  const former = shareOf([{ ...leaving, state: 'active' }]);
  const empty = shareOf([leaving], [former]);

  test('is revoked once nothing is left in either account', () => {
    const { state, status } = subscriptionStatus(leaving, PRODUCT, reported(empty), true, NOW, { remains: REMAINS });
    expect(state).toBe('revoked');
    expect(status.endedAt).toBe(NOW);
  });

  test.each<[string, ShareRecord, boolean]>([
    ['the governance account still holds something', reported(empty), false],
    ['the agent has not reported', empty, true],
    ['the report is of an older generation', reported(empty, { generation: 1 }), true],
    ['the link is still there', reported(empty, { linkExists: true }), true],
    ['a grant is still there', reported(empty, { readBack: former.intent.grants.slice(0, 1) }), true],
  ])('is not revoked while %s', (_, record, governanceGrantsOk) => {
    expect(subscriptionStatus(leaving, PRODUCT, record, governanceGrantsOk, NOW, { remains: REMAINS }).state).toBe(
      'revoking',
    );
  });

  test('is revoked while another subscription of the account goes on', () => {
    const other = subscription('finance', WHOLE, { id: 'other', principals: [role('finance', 'service')] });
    const { state } = subscriptionStatus(leaving, PRODUCT, reported(shareOf([leaving, other])), true, NOW, {
      remains: REMAINS,
    });
    expect(state).toBe('revoked');
  });

  test('is revoked while another subscription of the same role goes on', () => {
    const other = subscription('finance', { clearance: 'public' }, { id: 'other' });
    const { state } = subscriptionStatus(leaving, PRODUCT, reported(shareOf([leaving, other])), true, NOW, {
      remains: REMAINS,
    });
    expect(state).toBe('revoked');
  });

  test('is revoked when another subscription wants the very same grants, so that the intent stays as it was', () => {
    const twin = subscription('finance', WHOLE, { id: 'twin' });
    const unmoved = { ...shareOf([leaving, twin]), generation: 1 };
    expect(unmoved.intent.grants).toEqual(former.intent.grants);
    const { state } = subscriptionStatus(leaving, PRODUCT, reported(unmoved, { generation: 1 }), true, NOW, {
      remains: REMAINS,
    });
    expect(state).toBe('revoked');
  });

  test('is not gone without a look at the governance account to keep as proof', () => {
    expect(subscriptionStatus(leaving, PRODUCT, reported(empty), true, NOW).state).toBe('revoking');
  });

  test('keeps what was read back of both accounts as its proof', () => {
    const other = subscription('finance', WHOLE, { id: 'other', principals: [role('finance', 'service')] });
    const record = reported(shareOf([leaving, other]), { at: LATER });
    const grants = compileAccess(PRODUCT, [other], [], TOPOLOGY, AT).accountGrants;
    const remains = { at: AT, grants, others: ['other'] };
    const { status } = subscriptionStatus(leaving, PRODUCT, record, true, NOW, { remains });
    const { account } = leaving;
    expect(status.proof).toEqual({
      at: NOW,
      governance: { account, at: AT, grants },
      consumer: { account, at: LATER, linkExists: true, grants: record.intent.grants },
      others: ['other'],
    });
    const again = { ...leaving, state: 'revoked' as const, status };
    expect(subscriptionStatus(again, PRODUCT, record, true, LATER).status.proof).toBe(status.proof);
  });

  test('of a whole account is not gone while anybody of it holds what nobody wants', () => {
    const whole = subscription('finance', WHOLE, { state: 'revoking', principals: [], wholeAccount: true });
    const other = subscription('finance', WHOLE, { id: 'other' });
    const record = shareOf([whole, other]);
    const passed = record.intent.grants.map((grant) => ({ ...grant, principal: role('finance', 'intern') }));
    const report = reported(record, { readBack: [...record.intent.grants, ...passed] });
    expect(subscriptionStatus(whole, PRODUCT, report, true, NOW, { remains: REMAINS }).state).toBe('revoking');
    expect(subscriptionStatus(whole, PRODUCT, reported(record), true, NOW, { remains: REMAINS }).state).toBe('revoked');
  });

  test('stays expired when its end came, with the time when nothing was left', () => {
    const expired = { ...leaving, state: 'expired' as const };
    const { state, status } = subscriptionStatus(expired, PRODUCT, reported(empty), true, NOW, { remains: REMAINS });
    expect([state, status.endedAt]).toEqual(['expired', NOW]);
  });
});

describe('a subscription whose side is stopped as a whole', () => {
  const active = subscription('finance', WHOLE);
  const wanted = shareOf([active]);
  const stop = { side: 'finance', by: 'x', at: AT, reach: 'consuming' as const };
  const stopped = {
    ...TOPOLOGY,
    domains: TOPOLOGY.domains.map((domain) => (domain.name === 'finance' ? { ...domain, stops: [stop] } : domain)),
  };
  const [intent] = compileAccess(PRODUCT, [active], [wanted], stopped, AT).shares;
  const reason = (record: ShareRecord) =>
    subscriptionStatus(active, PRODUCT, record, true, NOW, { stopped: true }).status.conditions.map(
      (entry) => entry.reason,
    );

  test('is proven so by a report on an intent that wants nothing', () => {
    if (intent === undefined) throw new Error('no intent');
    expect([intent.link, intent.grants]).toEqual([undefined, []]);
    expect(reason(reported(share(intent, { generation: 2 })))).toEqual(['Suspended', 'Suspended']);
  });

  test('is not by a late report on the intent from before', () => {
    expect(reason(reported(wanted))).toEqual(['SuspensionPending', 'ReadBackDiffers']);
  });
});
