import { describe, expect, test } from '@jest/globals';
import { auditEntries } from '#mesh/audit/entry.ts';
import { AT, CHANGE, column, product, subscription, table } from '../fixtures.ts';

const PRODUCT = product([table('t', [column('a', 'int')])]);

describe('the trail', () => {
  test('says who did what, when, why and by which policies', () => {
    const pending = subscription('finance', { clearance: 'public' }, { state: 'pending', approved: undefined });
    const approved = subscription(
      'finance',
      { clearance: 'public', rows: { t: 'a = 1' } },
      {
        state: 'approved',
        revision: 2,
        change: { ...CHANGE, action: 'SubscriptionApproved', reason: 'fine', policies: ['p'], details: { grants: 3 } },
      },
    );
    expect(auditEntries(pending, approved)).toEqual([
      {
        id: 'sales/orders#1/subscription/sales.orders.v1.finance.a1@2',
        at: AT,
        kind: 'decision',
        actor: 'weft:test',
        action: 'SubscriptionApproved',
        correlation: 'c-1',
        reason: 'fine',
        policies: ['p'],
        entity: 'subscription',
        domain: 'sales',
        product: 'orders',
        major: 1,
        subscription: 'sales.orders.v1.finance.a1',
        consumer: 'finance',
        stateBefore: 'pending',
        stateAfter: 'approved',
        generation: 1,
        revision: 2,
        summary:
          'pending to approved: finance for arn:aws:iam::333333333333:role/toy-finance-analyst gets clearance public; t where a = 1',
        details: '{"grants":3}',
        state: JSON.stringify({ ...approved, change: undefined }),
      },
    ]);
  });

  test('is flat: no value is an object, but for the list of policies', () => {
    const [entry] = auditEntries(undefined, PRODUCT);
    const { policies, ...rest } = entry ?? { policies: undefined };
    expect(policies).toEqual([]);
    expect(Object.values(rest).filter((value) => typeof value === 'object')).toEqual([]);
  });

  test('says what changed of a product', () => {
    const tables = [table('t', [column('a', 'bigint')]), table('u', [])];
    const after = product(tables, { version: '1.1.0', revision: 2 });
    expect(auditEntries(PRODUCT, after)[0]?.summary).toBe('version 1.0.0 to 1.1.0, table t changed, table u added');
  });

  test('keeps refused attempts and deletions', () => {
    const refused = { type: 'attempt' as const, change: { ...CHANGE, action: 'PublishProduct', reason: 'not yours' } };
    expect(auditEntries(undefined, refused)[0]).toMatchObject({
      entity: 'attempt',
      summary: 'PublishProduct was refused: not yours',
    });
    const change = { ...CHANGE, action: 'CommandRefused', details: { route: 'POST /products' }, reason: 'not yours' };
    expect(auditEntries(undefined, { ...refused, change })[0]?.summary).toBe('POST /products was refused: not yours');
    expect(auditEntries(PRODUCT, undefined)[0]).toMatchObject({ action: 'RecordDeleted', stateBefore: 'active' });
    expect(auditEntries(undefined, undefined)).toEqual([]);
  });
});
