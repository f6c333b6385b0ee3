import { beforeAll, describe, expect, test } from '@jest/globals';
import { publish } from '#control/publish.ts';
import type { ApiDeps } from '#control/request.ts';
import { requestSubscription } from '#control/request-subscription.ts';
import { ROUTES } from '#lambdas/api/routes.ts';
import { WeftError } from '#mesh/error.ts';
import { orders } from '../lambdas/orders.ts';
import { callerAs, createWorld, TOPOLOGY, type World } from './world.ts';

const ROLES = [
  'sales/producer',
  'sales/analyst',
  'sales/steward',
  'finance/producer',
  'finance/analyst',
  'finance/steward',
  'research/analyst',
  'research/steward',
  'governance/platform',
  'governance/auditor',
] as const;

/** A subscription of finance to a product of sales that asks `owner` and `legal`, for which stewards of research speak. */
const ACTS = {
  read: ['GET /subscriptions/{id}', undefined],
  approve: ['POST /subscriptions/{id}/decision', { decision: 'approve' }],
  reject: ['POST /subscriptions/{id}/decision', { decision: 'reject' }],
  revoke: ['POST /subscriptions/{id}/revocation', {}],
  suspend: ['POST /subscriptions/{id}/suspension', { action: 'suspend' }],
  renew: ['POST /subscriptions/{id}/renewal', { until: '2027-01-01T00:00:00Z' }],
  'stop finance': ['POST /domains/{domain}/suspension', { action: 'suspend' }],
  'stop what finance has of mine': ['POST /domains/{domain}/suspension', { action: 'suspend', reach: 'consuming' }],
} as const;
type Act = keyof typeof ACTS;

const OWNER = ['sales/producer', 'sales/analyst', 'sales/steward'];
const CONSUMER = ['finance/producer', 'finance/analyst', 'finance/steward'];
const STEWARDS = ['sales/steward', 'finance/steward', 'research/steward'];

/** Who is let in, whatever becomes of it then; all others are refused as WEFT-AUTH-002. The request is the finance analyst's own. */
const MAY: Readonly<Record<Act, readonly string[]>> = {
  read: [...OWNER, ...CONSUMER, 'research/steward', 'governance/platform', 'governance/auditor'],
  approve: ['sales/steward', 'research/steward'],
  reject: ['sales/steward', 'research/steward'],
  revoke: ['sales/steward', 'finance/steward', 'finance/analyst', 'governance/platform'],
  suspend: ['sales/steward', 'finance/steward', 'governance/platform'],
  renew: ['sales/steward', 'finance/steward', 'finance/analyst'],
  'stop finance': ['finance/steward', 'governance/platform'],
  'stop what finance has of mine': [...STEWARDS, 'governance/platform'],
};

describe('who may do what with a subscription', () => {
  let world: World;
  let deps: ApiDeps;
  let id: string;

  beforeAll(async () => {
    world = await createWorld();
    await publish(orders(), { caller: callerAs('sales/producer'), correlation: 'c-1' }, world.governance);
    const verdict = { effect: 'ask', policies: [], approvers: ['owner', 'legal'] };
    const governed = { ...TOPOLOGY, governance: { approvers: { legal: ['research:steward'] } } };
    // Nothing is written: each role finds the same request.
    deps = {
      ...world.governance,
      topology: async () => governed,
      policy: async () => ({ decide: () => verdict, reads: () => false }),
    } as unknown as ApiDeps;
    const wish = { domain: 'sales', name: 'orders', purpose: 'to know', clearance: 'public' };
    const { subscription } = await requestSubscription(
      wish,
      { caller: callerAs('finance/analyst'), correlation: 'c' },
      deps,
    );
    id = subscription.id;
    deps = { ...deps, registry: { ...world.registry, write: async () => undefined } };
  });

  const cases = (Object.keys(ACTS) as Act[]).flatMap((act) => ROLES.map((role) => ({ act, role })));

  test.each(cases)('$act, $role', async ({ act, role }) => {
    const [route, body] = ACTS[act];
    const call = { path: { id, domain: 'finance' }, query: {}, body: body === undefined ? null : JSON.stringify(body) };
    const refused = await ROUTES[route]?.(call, { caller: callerAs(role), correlation: 'c-2' }, deps).then(
      () => undefined,
      (error: unknown) => (error instanceof WeftError ? error.code : String(error)),
    );
    expect(refused === 'WEFT-AUTH-002').toBe(!MAY[act].includes(role));
  });
});
