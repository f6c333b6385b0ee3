import { describe, expect, test } from '@jest/globals';
import { compileAccess } from '#mesh/access/compile.ts';
import { deriveEvents, needsReconcile } from '#mesh/event/derive.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import type { Condition } from '#mesh/record.ts';
import type { RegistryRecord } from '#mesh/registry.ts';
import type { SubscriptionState } from '#mesh/subscription/subscription.ts';
import { AT, CHANGE, column, product, share, subscription, TOPOLOGY, table } from '../fixtures.ts';

const PRODUCT = product([table('t', [column('a', 'int', 'public')])]);
const SUBSCRIPTIONS = [
  subscription('finance', { clearance: 'public' }),
  subscription('research', { clearance: 'public' }, { state: 'pending' }),
];
const STOPPED = { suspensions: [{ side: 'sales', by: 'arn', at: AT }] };
const TWICE = { suspensions: [...STOPPED.suspensions, { side: 'weft:governance', by: 'arn', at: AT }] };
const registered = (status: Condition['status'], reason = 'Reason'): ProductRecord['status'] => ({
  conditions: [{ type: 'Registered', status, reason, generation: 1, at: AT }],
});

function derive(before: RegistryRecord | undefined, after: RegistryRecord | undefined): string[] {
  return deriveEvents(before, after, SUBSCRIPTIONS).map((event) => `${event.type} ${event.data.audience.join()}`);
}

describe('events of a product', () => {
  test.each<[string, ProductRecord | undefined, ProductRecord, string[]]>([
    ['is published', undefined, PRODUCT, ['ProductPublished finance,sales']],
    ['has a new version', PRODUCT, { ...PRODUCT, version: '1.1.0' }, ['ProductPublished finance,sales']],
    [
      'is published again in the same version',
      PRODUCT,
      { ...PRODUCT, generation: 2, change: { ...CHANGE, action: 'ProductPublished' } },
      ['ProductPublished finance,sales'],
    ],
    ['is registered', PRODUCT, { ...PRODUCT, status: registered('true') }, ['ProductRegistered finance,sales']],
    ['is suspended', PRODUCT, { ...PRODUCT, ...STOPPED }, ['ProductSuspended finance,sales']],
    ['is suspended by another side too', { ...PRODUCT, ...STOPPED }, { ...PRODUCT, ...TWICE }, []],
    ['is resumed', { ...PRODUCT, ...STOPPED }, PRODUCT, ['ProductResumed finance,sales']],
    [
      'stays registered',
      { ...PRODUCT, status: registered('true') },
      { ...PRODUCT, status: registered('true', 'Other') },
      [],
    ],
    ['fails', PRODUCT, { ...PRODUCT, status: registered('false') }, ['ProductFailed sales']],
    [
      'fails again for the same reason',
      { ...PRODUCT, status: registered('false') },
      { ...PRODUCT, status: registered('false') },
      [],
    ],
    [
      'fails for another reason',
      { ...PRODUCT, status: registered('false') },
      { ...PRODUCT, status: registered('false', 'Other') },
      ['ProductFailed sales'],
    ],
    [
      'gains a column',
      PRODUCT,
      { ...PRODUCT, tables: [table('t', [column('a', 'int'), column('b')])] },
      ['SchemaChanged finance,sales'],
    ],
    [
      'gains a table',
      PRODUCT,
      { ...PRODUCT, tables: [...PRODUCT.tables, table('u', [])] },
      ['SchemaChanged finance,sales'],
    ],
    [
      'gains a table that only its views read',
      PRODUCT,
      { ...PRODUCT, tables: [...PRODUCT.tables, table('u', [], { internal: true })] },
      [],
    ],
    ['is described better', PRODUCT, { ...PRODUCT, description: 'better' }, []],
    [
      'has a change put in quarantine',
      PRODUCT,
      { ...PRODUCT, quarantine: { table: 't', at: AT, reasons: ['no'] } },
      ['SchemaChangeQuarantined sales'],
    ],
    ['has its grants changed', PRODUCT, { ...PRODUCT, generation: 2 }, []],
  ])('that %s', (_, before, after, events) => expect(derive(before, after)).toEqual(events));
});

describe('events of a subscription', () => {
  const at = (state: SubscriptionState) => subscription('finance', { clearance: 'public' }, { state });

  test.each<[SubscriptionState | undefined, SubscriptionState, string[]]>([
    [undefined, 'pending', ['SubscriptionRequested']],
    [undefined, 'approved', ['SubscriptionRequested', 'SubscriptionApproved']],
    ['pending', 'approved', ['SubscriptionApproved']],
    ['pending', 'rejected', ['SubscriptionRejected']],
    ['approved', 'active', ['SubscriptionActivated']],
    ['active', 'active', []],
    ['active', 'revoking', []],
    ['revoking', 'revoked', ['SubscriptionRevoked']],
    ['pending', 'revoked', ['SubscriptionRevoked']],
    ['active', 'expired', ['SubscriptionExpired']],
  ])('from %s to %s', (before, after, types) => {
    const events = derive(before && at(before), at(after));
    expect(events).toEqual(types.map((type) => `${type} finance,sales`));
  });

  test('tell both sides that it is suspended and resumed', () => {
    const stopped = { ...at('active'), ...STOPPED };
    expect(derive(at('active'), stopped)).toEqual(['SubscriptionSuspended finance,sales']);
    expect(derive(stopped, at('active'))).toEqual(['SubscriptionResumed finance,sales']);
    expect(derive(stopped, { ...stopped, ...TWICE })).toEqual([]);
  });
});

describe('events of a share', () => {
  const [intent] = compileAccess(PRODUCT, SUBSCRIPTIONS, [], TOPOLOGY, AT).shares;
  if (intent === undefined) throw new Error('nothing is shared');
  const wanted = share(intent);
  const report = { generation: 1, ok: true, at: AT, linkExists: true, readBack: [] };
  const requested = ['ShareRequested finance'];

  test.each([
    ['a new intent asks the agent', undefined, wanted, requested],
    [
      'a changed intent asks the agent',
      { ...wanted, applied: report },
      { ...wanted, applied: report, intent: { ...intent, grants: [] } },
      requested,
    ],
    ['the agent’s report asks nobody', wanted, { ...wanted, applied: report }, []],
    [
      'a write that finds the agent behind asks again',
      { ...wanted, applied: report },
      { ...wanted, generation: 2, applied: report },
      requested,
    ],
    ['a late report asks nobody', { ...wanted, generation: 2 }, { ...wanted, generation: 2, applied: report }, []],
    [
      'a write that changes nothing asks nobody',
      { ...wanted, applied: report },
      { ...wanted, applied: report, revision: 2 },
      [],
    ],
  ])('%s', (_, before, after, events) => expect(derive(before, after)).toEqual(events));

  test('carry the intent and its generation', () => {
    const [event] = deriveEvents(undefined, wanted, []);
    expect(event?.data).toMatchObject({ intent, generation: 1, consumer: 'finance', product: 'orders' });
  });
});

describe('an event', () => {
  test('is a CloudEvent whose id is the same for a repeated delivery, and another for another revision', () => {
    const [first] = deriveEvents(undefined, PRODUCT, []);
    const [again] = deriveEvents(undefined, PRODUCT, []);
    const [later] = deriveEvents(undefined, { ...PRODUCT, revision: 2 }, []);
    expect(first).toMatchObject({
      specversion: '1.0',
      id: 'sales/orders#1@1.ProductPublished',
      source: 'weft.mesh',
      subject: 'sales/orders',
      time: AT,
      datacontenttype: 'application/json',
    });
    expect(again).toEqual(first);
    expect(later?.id).not.toBe(first?.id);
  });

  test('is not made of a refused attempt or a deletion', () => {
    expect(derive(undefined, { type: 'attempt', change: CHANGE })).toEqual([]);
    expect(derive(PRODUCT, undefined)).toEqual([]);
  });
});

describe('a reconcile', () => {
  const entry = subscription('finance', { clearance: 'public' });
  const wanted = share(compileAccess(PRODUCT, SUBSCRIPTIONS, [], TOPOLOGY, AT).shares[0] ?? ({} as never));

  test.each<[string, RegistryRecord | undefined, RegistryRecord | undefined, boolean]>([
    ['a new product', undefined, PRODUCT, true],
    ['a new generation', PRODUCT, { ...PRODUCT, generation: 2 }, true],
    ["a product's status", PRODUCT, { ...PRODUCT, revision: 2, status: registered('true') }, false],
    ['a request that waits', undefined, { ...entry, state: 'pending' }, false],
    ['an approval', { ...entry, state: 'pending' }, { ...entry, state: 'approved' }, true],
    ['an activation', { ...entry, state: 'approved' }, entry, false],
    ['a revocation', entry, { ...entry, state: 'revoking' }, true],
    ['the end of a revocation', { ...entry, state: 'revoking' }, { ...entry, state: 'revoked' }, false],
    ['an expiry', entry, { ...entry, state: 'expired' }, true],
    ['a suspension', entry, { ...entry, ...STOPPED }, true],
    ['a second suspension', { ...entry, ...STOPPED }, { ...entry, ...TWICE }, false],
    ['a resumption', { ...entry, ...STOPPED }, entry, true],
    ['other roles', entry, { ...entry, principals: [] }, true],
    ["a subscription's status", entry, { ...entry, status: { conditions: [], activatedAt: AT } }, false],
    ['a share', undefined, wanted, false],
    ['an attempt', undefined, { type: 'attempt', change: CHANGE }, false],
  ])('follows %s: %#', (_, before, after, expected) => expect(needsReconcile(before, after)).toBe(expected));
});
