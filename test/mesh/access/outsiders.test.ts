import { describe, expect, test } from '@jest/globals';
import { compileAccess } from '#mesh/access/compile.ts';
import { subscriptionStatus } from '#mesh/subscription/readiness.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import type { ApplicationState } from '#mesh/topology/rules.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { AT, column, product, subscription, TOPOLOGY, table } from '../fixtures.ts';

const PRODUCT = product([table('orders', [column('id', 'int', 'public')])]);
const ROLE = 'arn:aws:iam::333333333333:role/apps/billing';
const ANALYST = 'arn:aws:iam::333333333333:role/toy-finance-analyst';

const withBilling = (state: ApplicationState): Topology => ({
  ...TOPOLOGY,
  applications: [{ name: 'billing', role: ROLE, state }],
});
const forRoles = (principals: readonly string[], rest: Partial<SubscriptionRecord> = {}) =>
  subscription('finance', { clearance: 'public' }, { principals, ...rest });

function principalsIn(subscriptions: readonly SubscriptionRecord[], topology: Topology): string[] {
  const { accountGrants, shares } = compileAccess(PRODUCT, subscriptions, [], topology, AT);
  const grants = [...accountGrants, ...shares.flatMap((share) => share.grants)];
  return [...new Set(grants.map(({ principal }) => principal))].toSorted();
}

describe('an application', () => {
  test('that is approved gets what its role was granted', () => {
    expect(principalsIn([forRoles([ROLE])], withBilling('approved'))).toEqual(['333333333333', ROLE]);
  });

  test('that is suspended gets nothing, nor does its account for its sake', () => {
    expect(principalsIn([forRoles([ROLE])], withBilling('suspended'))).toEqual([]);
    expect(principalsIn([forRoles([ROLE, ANALYST])], withBilling('suspended'))).toEqual(['333333333333', ANALYST]);
  });

  test('that is suspended leaves the subscription as it was, and says so', () => {
    const status = subscriptionStatus(forRoles([ROLE]), PRODUCT, undefined, true, AT, { withheld: [ROLE] });
    expect(status).toMatchObject({
      state: 'active',
      status: {
        conditions: expect.arrayContaining([expect.objectContaining({ type: 'Shared', reason: 'Suspended' })]),
      },
    });
  });
});

describe('a partner', () => {
  const partner: Topology = {
    ...TOPOLOGY,
    domains: TOPOLOGY.domains.map((domain) =>
      domain.name === 'finance' ? { ...domain, external: true as const, terms: 'https://example.org' } : domain,
    ),
  };

  test('gets nothing without an end', () => {
    expect(principalsIn([forRoles([ANALYST])], TOPOLOGY)).toEqual(['333333333333', ANALYST]);
    expect(principalsIn([forRoles([ANALYST])], partner)).toEqual([]);
    expect(principalsIn([forRoles([ANALYST], { expiresAt: '2026-06-01T00:00:00Z' })], partner)).toEqual([
      '333333333333',
      ANALYST,
    ]);
  });
});
