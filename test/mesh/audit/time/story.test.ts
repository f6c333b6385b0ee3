import { describe, expect, test } from '@jest/globals';
import { describeDatabase } from '#mesh/access/resource.ts';
import { auditEntries } from '#mesh/audit/entry.ts';
import type { ToldEntry } from '#mesh/audit/time/history.ts';
import { partsOfId, storyOf } from '#mesh/audit/time/story.ts';
import type { PolicySetRecord } from '#mesh/policy-set/policy-set.ts';
import type { Change } from '#mesh/record.ts';
import type { RegistryRecord } from '#mesh/registry.ts';
import type { DomainRecord } from '#mesh/subscription/stop.ts';
import type { ShareRecord, SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { AT, CHANGE, role, subscription } from '../../fixtures.ts';
import { accountOf, GOVERNANCE_DATABASE, share } from './toy.ts';

const OWNER = role('sales', 'steward');
const ACCOUNT = accountOf('finance');
const at = (minute: number) => `2026-03-01T12:${String(minute).padStart(2, '0')}:00.000Z`;

/** Each record as it was written in turn, a minute apart. */
function trail(records: readonly (readonly [RegistryRecord, Partial<Change>?])[]): ToldEntry[] {
  return records.map(([record, change = {}], index) => {
    const full = { ...CHANGE, at: at(index), ...change };
    const [entry] = auditEntries(undefined, { ...record, change: full } as RegistryRecord);
    const { state, details: _, ...rest } = entry as NonNullable<typeof entry>;
    return { ...rest, state: JSON.parse(state ?? '') };
  });
}

const policySet: PolicySetRecord = {
  type: 'policy-set',
  scope: 'global',
  digest: '0123456789abcdef',
  files: [],
  state: 'in-force',
  proposedBy: 'weft:deploy',
  votes: [],
  council: { representatives: [], quorum: 0 },
  revision: 1,
  change: CHANGE,
  createdAt: AT,
};
const scope = { clearance: 'public' };
const { approved: _, ...asked } = subscription('finance', scope, { state: 'pending', approvers: ['owner', 'privacy'] });
const stamp = { by: OWNER, at: at(2) };
const once: SubscriptionRecord = { ...asked, approvals: [{ class: 'owner', ...stamp, reason: 'fine' }], revision: 2 };
const narrowed = { clearance: 'public', columns: { t0: ['a'] } };
const twice: SubscriptionRecord = {
  ...once,
  approvals: [...(once.approvals ?? []), { class: 'privacy', ...stamp }],
  approved: narrowed,
  state: 'approved',
  revision: 3,
};
const intent: ShareRecord['intent'] = {
  domain: 'sales',
  product: 'orders',
  major: 1,
  consumer: 'finance',
  account: ACCOUNT,
  linkName: 'l',
  link: { name: 'l', targetCatalogId: GOVERNANCE_DATABASE.catalogId, targetDatabase: GOVERNANCE_DATABASE.database },
  target: { ...GOVERNANCE_DATABASE, tables: ['t0'] },
  grants: [describeDatabase(role('finance'), GOVERNANCE_DATABASE, false)],
};
const central = [describeDatabase(ACCOUNT, GOVERNANCE_DATABASE, true)];
const granted = share(intent, { held: { at: at(3), grants: central, filters: [] } });
const applied = { generation: 1, ok: true, at: at(4), linkExists: true, readBack: intent.grants };
const stop: DomainRecord = {
  type: 'domain',
  name: 'finance',
  stops: [{ side: 'finance', by: role('finance', 'steward'), at: AT, reach: 'consuming', reason: 'a leak' }],
  concerns: [],
  revision: 1,
  change: CHANGE,
  createdAt: AT,
};

describe('the story of a subscription', () => {
  test('an end that comes with the approval is no renewal', () => {
    const ends = { ...twice, expiresAt: '2026-12-20T00:00:00.000Z' };
    const entries = trail([[asked], [once], [ends]]);
    const steps = storyOf(asked.id, entries).map(({ step, what }) => `${step}: ${what}`);
    expect(steps.filter((step) => step.includes('until 2026-12-20'))).toEqual([
      'narrowed: until 2026-12-20T00:00:00.000Z',
    ]);
  });

  test('tells each step once, with who did it and both times', () => {
    const entries = trail([
      [policySet],
      [{ ...policySet, scope: 'research', digest: 'no-one-asks' }],
      [asked as SubscriptionRecord, { action: 'SubscriptionRequested', actor: 'arn:asker', policies: ['global/ask'] }],
      [once, { action: 'SubscriptionApproved', actor: OWNER }],
      [twice, { action: 'SubscriptionApproved', actor: OWNER }],
      [granted],
      [{ ...granted, applied, revision: 2 }, { actor: 'weft:agent:finance' }],
      [{ ...twice, state: 'active', revision: 4 }, { actor: 'weft:sync' }],
      [stop, { actor: role('finance', 'steward') }],
      [{ ...stop, stops: [], revision: 2 }, { actor: role('finance', 'steward') }],
      [{ ...twice, state: 'revoking', endedFor: 'over', revision: 5 }, { actor: OWNER }],
      [{ ...granted, applied, held: { at: at(10), grants: [], filters: [] }, revision: 3 }],
    ]);
    const told = storyOf(asked.id, entries.toReversed()).map(
      ({ step, who, what }) => `${step}: ${what} (${who.split('/').at(-1)})`,
    );
    expect(told).toEqual([
      'asked: clearance public; purpose: to know (toy-finance-steward)',
      'judged: SubscriptionRequested: global/ask, waits for owner, privacy (arn:asker)',
      'approved: as owner: fine (toy-sales-steward)',
      'approved: as privacy (toy-sales-steward)',
      'narrowed: to clearance public; t0(a) (toy-sales-steward)',
      `granted: the account holds DESCRIBE to ${ACCOUNT} in governance (weft:test)`,
      'intended: DESCRIBE to toy-finance-analyst and a link (weft:test)',
      `read back: DESCRIBE to toy-finance-analyst and a link in ${ACCOUNT} (weft:agent:finance)`,
      expect.stringMatching(/^active: .*\(weft:sync\)$/),
      'suspended: the domain finance, by finance: a leak (toy-finance-steward)',
      'resumed: the domain finance, by finance (toy-finance-steward)',
      'revoking: over (toy-sales-steward)',
      'taken back: the account holds no grants in governance (weft:test)',
    ]);
    const steps = storyOf(asked.id, entries);
    expect(steps.find(({ step }) => step === 'judged')).toMatchObject({ policySets: ['global@0123456789ab'] });
    expect(steps.find(({ step }) => step === 'read back')).toMatchObject({ at: at(4), recorded: at(6) });
  });

  test('tells once that the agent ended something by itself', () => {
    const ended = { ...applied, at: at(8), readBack: [], ended: at(7) };
    const again = { ...ended, at: at(9) };
    const entries = trail([
      [asked as SubscriptionRecord],
      [{ ...granted, applied }],
      [{ ...granted, applied: ended, revision: 2 }],
      [{ ...granted, applied: again, revision: 3 }],
    ]);
    const told = storyOf(asked.id, entries).filter(({ step }) => step === 'read back');
    expect(told.map(({ what }) => what)).toEqual([
      `DESCRIBE to toy-finance-analyst and a link in ${ACCOUNT}`,
      `no grants and a link in ${ACCOUNT}; the agent itself ended what ran out at ${at(7)}`,
      `no grants and a link in ${ACCOUNT}`,
    ]);
  });

  test('says nothing of others, nor of what was before it', () => {
    const other = { ...asked, id: 'sales.orders.v1.finance.zz' } as SubscriptionRecord;
    expect(storyOf(asked.id, trail([[other], [granted]]))).toEqual([]);
  });

  test.each([
    ['sales.orders.v1.finance.a1', { domain: 'sales', name: 'orders', major: 1, consumer: 'finance' }],
    ['sales.old-orders.v12.re-search.x', { domain: 'sales', name: 'old-orders', major: 12, consumer: 're-search' }],
    ['sales.orders.finance.a1', undefined],
    ['sales', undefined],
  ])('%s names %j', (id, parts) => {
    expect(partsOfId(id)).toEqual(parts);
  });
});
