import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compilePattern } from '#local/services/eventbridge/pattern.ts';
import { deriveEvents } from '#mesh/event/derive.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import { SUBSCRIPTION_STATES, type SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { appOf, aviation, templatesOf } from '../../stacks/aviation.ts';
import { AT, column, product, subscription, table } from '../fixtures.ts';

const REACHED = ['approved', 'active', 'expiring', 'revoking'];
const STOPPED = [{ side: 'sales', by: 'arn', at: AT }];

const condition = (type: 'Registered' | 'Healthy', status: 'true' | 'false') => ({
  type,
  status,
  reason: 'R',
  generation: 1,
  at: AT,
});

const anyProduct: fc.Arbitrary<ProductRecord> = fc
  .record({
    version: fc.constantFrom('1.0.0', '1.1.0'),
    columns: fc.subarray(['a', 'b', 'c'], { minLength: 1 }),
    suspended: fc.boolean(),
    quarantined: fc.boolean(),
    deprecated: fc.boolean(),
    state: fc.constantFrom('active' as const, 'deprecated' as const, 'retired' as const),
    registered: fc.constantFrom('true' as const, 'false' as const),
    healthy: fc.constantFrom('true' as const, 'false' as const),
  })
  .map(({ version, columns, suspended, quarantined, deprecated, state, registered, healthy }) =>
    product(
      [
        table(
          't',
          columns.map((name) => column(name)),
        ),
      ],
      {
        version,
        state,
        ...(suspended ? { suspensions: STOPPED } : {}),
        ...(quarantined ? { quarantine: { table: 't', at: AT, reasons: ['no'] } } : {}),
        ...(deprecated ? { deprecation: { sunset: '2027-01-01T00:00:00Z', at: AT } } : {}),
        status: { conditions: [condition('Registered', registered), condition('Healthy', healthy)] },
      } as Partial<ProductRecord>,
    ),
  );

const anySubscription: fc.Arbitrary<SubscriptionRecord> = fc
  .record({
    consumer: fc.constantFrom('finance', 'research'),
    state: fc.constantFrom(...SUBSCRIPTION_STATES),
    product: fc.constantFrom('orders', 'other'),
    major: fc.constantFrom(1, 2),
    suspended: fc.boolean(),
  })
  .map(({ consumer, suspended, ...rest }) =>
    subscription(consumer, { clearance: 'public' }, { ...rest, ...(suspended ? { suspensions: STOPPED } : {}) }),
  );

describe('the audience of what the mesh tells', () => {
  test('of a product is its owner and who subscribes to that version, whatever changes', () => {
    fc.assert(
      fc.property(
        fc.option(anyProduct, { nil: undefined }),
        anyProduct,
        fc.array(anySubscription),
        (before, after, all) => {
          const subscribed = all.filter(
            ({ product: name, major, state }) => name === 'orders' && major === 1 && REACHED.includes(state),
          );
          const allowed = new Set(['sales', ...subscribed.map(({ consumer }) => consumer)]);
          for (const { type, data } of deriveEvents(before, after, all)) {
            expect([type, data.audience.filter((domain) => !allowed.has(domain))]).toEqual([type, []]);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test('of a subscription is its two sides', () => {
    fc.assert(
      fc.property(
        fc.option(anySubscription, { nil: undefined }),
        anySubscription,
        fc.array(anySubscription),
        (before, after, all) => {
          const sides = ['sales', after.consumer];
          for (const { type, data } of deriveEvents(before, after, all)) {
            expect([type, data.audience.filter((domain) => !sides.includes(domain))]).toEqual([type, []]);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test('is what the rules of the mesh bus go by: each domain gets what names it, and nothing else', () => {
    const topology = aviation();
    const names = topology.domains.map(({ name }) => name);
    const templates = templatesOf(appOf(topology));
    const patterns = names.map((name) => {
      const rules = Object.values(templates.get(`aviation-enrolment-${name}`)?.Resources ?? {}).filter(
        ({ Type, Properties }) =>
          Type === 'AWS::Events::Rule' && JSON.stringify(Properties?.Targets).includes(':event-bus/'),
      );
      expect(rules).toHaveLength(1);
      return compilePattern(rules[0]?.Properties?.EventPattern as object);
    });
    fc.assert(
      fc.property(
        fc.subarray(names),
        fc.constantFrom('weft.mesh', 'weft.domain.analytics', 'other'),
        (audience, source) => {
          const event = {
            source,
            account: topology.governanceAccount,
            'detail-type': 'X',
            detail: { data: { audience } },
          };
          const reached = names.filter((_, index) => patterns[index]?.matches(event));
          expect(reached).toEqual(source === 'weft.mesh' ? names.filter((name) => audience.includes(name)) : []);
        },
      ),
    );
  });
});
